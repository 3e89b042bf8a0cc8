/** Names of ATT&CK's tactics and techniques by their ids. */
import { tacticTable, techniqueTable } from "./AttackTable.ts"

/** Version of the names. */
export const attackVersion = "18.1"

/** A tactic with its techniques. */
export interface Tactic {
  readonly id: string
  readonly name: string
  readonly techniques: ReadonlyArray<Technique>
}

/** A technique; `name` is its id where ATT&CK of {@link attackVersion} does not have it. */
export interface Technique {
  readonly id: string
  readonly name: string
}

interface Entry {
  readonly name: string
  readonly tactics: ReadonlyArray<string>
}

const linesOf = (table: string) => table.trim().split("\n")

const tactics: ReadonlyArray<{ readonly code: string; readonly id: string; readonly name: string }> = linesOf(
  tacticTable
).map((line) => {
  const [code = "", id = "", ...name] = line.split(" ")
  return { code, id, name: name.join(" ") }
})

/** Tactics whose techniques ATT&CK does not have, or that it does not have itself. */
const others = "other"

let entries: ReadonlyMap<string, Entry> | undefined

/** The table by ids. It is read at the first use. */
const table = (): ReadonlyMap<string, Entry> =>
  entries ??= new Map(
    linesOf(techniqueTable).map((line) => {
      const [id = "", of = "", ...name] = line.split(" ")
      return [id, { name: name.join(" "), tactics: of === "-" ? [] : of.split(",") }]
    })
  )

/** A technique's name, that of a part of a technique behind the whole's: `Phishing: Spearphishing Link`. */
export const techniqueName = (id: string): string => {
  const known = table().get(id)
  if (known === undefined) return id
  const whole = id.includes(".") ? table().get(id.split(".")[0]!) : undefined
  return whole === undefined ? known.name : `${whole.name}: ${known.name}`
}

const plain = (name: string) => name.replaceAll(/[^A-Za-z]/g, "").toLowerCase().replace("defence", "defense")

/**
 * The techniques under the tactics that they serve, in ATT&CK's order. A technique that serves several tactics stands under
 * those that the alert names (`categories`: `InitialAccess`), or else under its first.
 */
export const tacticsOf = (
  techniques: ReadonlyArray<string>,
  categories: ReadonlyArray<string>
): ReadonlyArray<Tactic> => {
  const named = new Set(
    categories.flatMap((category) => tactics.filter(({ name }) => plain(name) === plain(category)))
      .map(({ code }) => code)
  )
  const placed = new Map<string, Array<Technique>>(tactics.map(({ code }) => [code, []]))
  placed.set(others, [])
  for (const id of new Set(techniques)) {
    const of = table().get(id)?.tactics ?? []
    const fitting = of.filter((code) => named.has(code))
    for (const code of fitting.length > 0 ? fitting : of.slice(0, 1)) {
      placed.get(code)!.push({ id, name: techniqueName(id) })
    }
    if (of.length === 0) placed.get(others)!.push({ id, name: techniqueName(id) })
  }
  return [...tactics, { code: others, id: "", name: "Other techniques" }].flatMap(({ code, id, name }) => {
    const found = placed.get(code)!
    return found.length > 0 || named.has(code) ? [{ id, name, techniques: found }] : []
  })
}
