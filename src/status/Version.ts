/**
 * The version of this program.
 *
 * @since 0.1.0
 */
import manifest from "../../package.json" with { type: "json" }

/**
 * As in `package.json`.
 *
 * @category models
 * @since 0.1.0
 */
export const version: string = manifest.version
