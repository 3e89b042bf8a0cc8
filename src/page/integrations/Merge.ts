/** Merges two people's changes of one instance, based on what both started from. */
import type { StoredInstance } from "../Client.ts"
import { type Draft, draftOf, type Path, paths } from "./FormDraft.ts"

/** Nobody can tell whether a stored secret was changed, so a typed one always collides. */
export const secretPath = "credentials.client_secret"

/** The fields that were typed in. All fields of a cloud are one setting. */
const typed = (mine: Draft, base: StoredInstance | undefined): ReadonlyArray<Path> => {
  const before = draftOf(base)
  const isCloud = (path: Path) => path.startsWith("cloud")
  const isTyped = (path: Path) => mine[path] !== before[path]
  const isCloudTyped = paths.some((path) => isCloud(path) && isTyped(path))
  return paths.filter((path) => isCloud(path) ? isCloudTyped : isTyped(path))
}

/** The typed fields that somebody else has changed too, since `base`. */
export const colliding = (
  current: StoredInstance,
  mine: Draft,
  base: StoredInstance | undefined
): ReadonlyArray<Path> => {
  const [theirs, before] = [draftOf(current), draftOf(base)]
  const isTheirs = (path: Path) => base === undefined || theirs[path] !== before[path]
  return typed(mine, base).filter((path) => path === secretPath || (theirs[path] !== mine[path] && isTheirs(path)))
}

/** The stored settings with all that was typed; `theirs` leaves out what collides. */
export const merged = (
  current: StoredInstance,
  mine: Draft,
  base: StoredInstance | undefined,
  first: "mine" | "theirs"
): Draft => {
  const given = first === "mine" ? [] : colliding(current, mine, base)
  const kept = typed(mine, base).filter((path) => !given.includes(path))
  return { ...draftOf(current), ...Object.fromEntries(kept.map((path) => [path, mine[path]])) }
}
