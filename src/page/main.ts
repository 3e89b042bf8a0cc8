/**
 * The page's entry.
 *
 * @since 0.1.0
 */
import "./Page.ts"
