/** The version of this program. */
import manifest from "../../package.json" with { type: "json" }

/** The version in `package.json`. */
export const version: string = manifest.version

/** Set when the bundle is made. */
declare const azureSecurityBuild: string | undefined

/** Commit and date of the bundle; `source` for a start from sources. */
export const build: string = typeof azureSecurityBuild === "undefined" ? "source" : azureSecurityBuild
