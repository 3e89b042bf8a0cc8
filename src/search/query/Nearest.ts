/** Finds the names that somebody may have meant. Search threads import this module. */

/** Edits that turn one text into another: a character put in, left out, or another. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const change = row[to - 1]! + (one[at - 1] === other[to - 1] ? 0 : 1)
      next.push(Math.min(change, row[to]! + 1, next[to - 1]! + 1))
    }
    row = next
  }
  return row.at(-1)!
}

/** Names that are shown at most. */
const shownMax = 4
/** Characters that are compared; longer names are nobody's. */
const lengthMax = 40

/** The names most like the given one: a few edits away, or with it as a part; none when nothing is like it. */
export const nearest = (name: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const said = name.toLowerCase().slice(0, lengthMax)
  const most = Math.max(1, Math.floor(said.length / 3))
  const once = new Map(names.map((one) => [one.toLowerCase(), one] as const).toReversed())
  return Array.from(once, ([lower, one]) => {
    const isPart = said.length > 2 && (lower.includes(said) || said.includes(lower) && lower.length > 2)
    return { one, away: isPart ? Math.min(1, distance(said, lower)) : distance(said, lower) }
  }).filter(({ away }) => away <= most).sort((a, b) => a.away - b.away).slice(0, shownMax).map(({ one }) => one)
}
