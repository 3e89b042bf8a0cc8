/** Tells what changed between two versions of an alert or incident. */

/** A property that differs, with its values as texts; absent where the version does not have it. */
export interface Change {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Properties that are compared, and changes that are told at most. */
const comparedMax = 5000
const toldMax = 50

/** The scalars of a value by their paths; a list's elements are told apart by their place. */
const scalars = (value: unknown): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const open: Array<readonly [string, unknown]> = [["", value]]
  while (open.length > 0 && found.size < comparedMax) {
    const [path, one] = open.pop()!
    if (typeof one === "object" && one !== null) {
      for (const [name, within] of Object.entries(one)) open.push([path === "" ? name : `${path}.${name}`, within])
    } else if (one !== null && one !== undefined && one !== "") found.set(path, String(one))
  }
  return found
}

/** The record of Graph in an artifact whose message was parsed, else the artifact. */
const recordOf = (artifact: unknown): unknown =>
  typeof artifact === "object" && artifact !== null && "message" in artifact && typeof artifact.message === "object"
    ? artifact.message
    : artifact

/** What changed from one version to the next, by path. */
export const changes = (before: unknown, after: unknown): ReadonlyArray<Change> => {
  const [old, now] = [scalars(recordOf(before)), scalars(recordOf(after))]
  const paths = Array.from(new Set([...old.keys(), ...now.keys()])).sort()
  return paths.filter((path) => old.get(path) !== now.get(path)).slice(0, toldMax).map((path) => ({
    path,
    before: old.get(path),
    after: now.get(path)
  }))
}

/** The time of a version: when Graph changed the record last, in ISO 8601; empty for none. */
export const changedAt = (artifact: unknown): string => {
  const record = recordOf(artifact)
  if (typeof record !== "object" || record === null) return ""
  for (const name of ["lastUpdateDateTime", "lastModifiedDateTime"]) {
    const at = (record as Readonly<Record<string, unknown>>)[name]
    if (typeof at === "string") return at
  }
  return ""
}
