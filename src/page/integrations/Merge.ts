/** Two people's changes of one instance, put together against what both began with. */
import type { StoredInstance } from "../Client.ts"
import { type Draft, draftOf, type Path, paths } from "./FormDraft.ts"

/** Nobody can say whether a stored secret was changed: a typed one always stands to be chosen. */
export const secretPath = "credentials.client_secret"

/** The fields that were typed in. A cloud is one setting, whatever its fields. */
const typed = (mine: Draft, base: StoredInstance | undefined): ReadonlyArray<Path> => {
  const before = draftOf(base)
  const isCloud = (path: Path) => path.startsWith("cloud")
  const isTyped = (path: Path) => mine[path] !== before[path]
  const isCloudTyped = paths.some((path) => isCloud(path) && isTyped(path))
  return paths.filter((path) => isCloud(path) ? isCloudTyped : isTyped(path))
}

/** The typed fields that somebody else changed too, since the form began with `base`. */
export const colliding = (
  current: StoredInstance,
  mine: Draft,
  base: StoredInstance | undefined
): ReadonlyArray<Path> => {
  const [theirs, before] = [draftOf(current), draftOf(base)]
  const isTheirs = (path: Path) => base === undefined || theirs[path] !== before[path]
  return typed(mine, base).filter((path) => path === secretPath || (theirs[path] !== mine[path] && isTheirs(path)))
}

/** What is stored now with all that was typed, or, where `theirs` go first, with what does not collide. */
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
