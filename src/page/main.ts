/** The page's entry. */
import "./Page.ts"
