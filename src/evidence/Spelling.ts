/** Matches names of properties without regard to case: Graph's own pages write `SessionId` for `sessionId`. */

type Json = Readonly<Record<string, unknown>>

/** The names of a type, and each by its lower case. */
export interface Spelling {
  readonly names: ReadonlySet<string>
  readonly byLower: ReadonlyMap<string, string>
}

/** Prepares the names of a type. */
export const make = (names: Iterable<string>): Spelling => {
  const all = new Set(names)
  return { names: all, byLower: new Map(Array.from(all, (name) => [name.toLowerCase(), name])) }
}

/** Returns the name that a property has in the schema; undefined for one that is right or unknown. */
export const meant = ({ byLower, names }: Spelling, name: string): string | undefined =>
  names.has(name) ? undefined : byLower.get(name.toLowerCase())

/** Returns the object itself, or a copy with names spelled as the type spells them. An exact spelling wins. */
export const spelled = (value: Json, spelling: Spelling): Json => {
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(value)) {
    const exact = meant(spelling, name)
    if (exact === undefined || Object.hasOwn(copy ?? value, exact)) continue
    copy ??= { ...value }
    copy[exact] = value[name]
    delete copy[name]
  }
  return copy ?? value
}
