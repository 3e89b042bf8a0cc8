/** Tenants as rows of a table: how they do, worst first, and what is wrong with each in a word. */
import type { IconName } from "../Icons.ts"
import { type Condition, conditions, type Endpoint, faults, type Instance, type Tile, totals } from "./Tiles.ts"

/** What may be wrong with a tenant, by which the table is filtered. */
export const ailments = [
  { name: "permission", word: "Missing permission", icon: "warning" },
  { name: "licence", word: "Unlicensed", icon: "warning" },
  { name: "throttled", word: "Throttled", icon: "cooldown" },
  { name: "retired", word: "Retired", icon: "warning" },
  { name: "secret", word: "Secret expiring", icon: "warning" },
  { name: "waiting", word: "Waiting", icon: "waiting" },
  { name: "silent", word: "Silent", icon: "warning" },
  { name: "other", word: "Other faults", icon: "failed" }
] as const satisfies ReadonlyArray<{ readonly name: string; readonly word: string; readonly icon: IconName }>

/** Name of an ailment. */
export type Ailment = typeof ailments[number]["name"]

/** A tenant in the table. */
export interface Tenant {
  readonly tile: Tile
  readonly group: string
  /** Milliseconds since the last success of the endpoint that waits longest for one; undefined where none is polled. */
  readonly lag: number | undefined
  /** ISO 8601; null for never. */
  readonly lastSuccess: string | null
  readonly nextPoll: string | null
  readonly isPolling: boolean
  readonly today: number
  readonly requests: number
  /** How many different faults it has. */
  readonly faults: number
  readonly ailments: ReadonlySet<Ailment>
}

/** What reports are about, by their codes in `FailureTable` and `ReportCodes`. */
const byCode: Readonly<Record<string, Ailment>> = {
  missing_permission: "permission",
  not_licensed: "licence",
  throttled: "throttled",
  endpoint_retired: "retired",
  credential_expiring: "secret",
  duplicate_tenant: "waiting",
  waiting: "waiting",
  endpoint_silent: "silent",
  legacy_silent: "silent"
}

/** The codes that have a chip of their own; a test holds that the connector has them. */
export const namedCodes: ReadonlyArray<string> = Object.keys(byCode)

/** What a report is about. */
const ailmentOf = (code: string): Ailment => byCode[code] ?? "other"

const isOn = ({ state }: Endpoint) => state !== "disabled"

const ailmentsOf = ({ condition, running }: Tile): ReadonlySet<Ailment> => {
  const found = new Set<Ailment>()
  if (condition === "waiting") found.add("waiting")
  if (running === undefined) return found
  for (const { error, state } of running.endpoints) {
    if (state === "cooldown") found.add("throttled")
    else if (state === "retired") found.add("retired")
    else if (error !== null) found.add(ailmentOf(error.code))
  }
  for (const { code } of running.warnings) found.add(ailmentOf(code))
  return found
}

const lagOf = ({ enabled, endpoints }: Instance, started: number, now: number): number | undefined => {
  const on = enabled ? endpoints.filter((one) => isOn(one) && one.state !== "retired") : []
  if (on.length === 0) return undefined
  return Math.max(
    ...on.map(({ last_success_at }) => now - (last_success_at === null ? started : Date.parse(last_success_at)))
  )
}

const latest = (endpoints: ReadonlyArray<Endpoint>) =>
  endpoints.reduce<string | null>(
    (last, { last_success_at: at }) => at !== null && (last === null || at > last) ? at : last,
    null
  )

const rank = new Map(conditions.map(({ condition }, place) => [condition, place]))
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" })

/** The tenants of tiles, worst first. `started` is when the connector began. */
export const tenants = (all: ReadonlyArray<Tile>, started: number, now: number): ReadonlyArray<Tenant> => {
  const rows = all.map((tile): Tenant => {
    const { running, stored } = tile
    const document = stored?.document["group"]
    const { nextPoll, polling } = running === undefined ? { nextPoll: null, polling: false } : totals(running)
    return {
      tile,
      group: running?.group ?? (typeof document === "string" ? document : ""),
      lag: running === undefined ? undefined : lagOf(running, started, now),
      lastSuccess: running === undefined ? null : latest(running.endpoints),
      nextPoll: running?.enabled === true ? nextPoll : null,
      isPolling: running?.enabled === true && polling,
      today: running?.endpoints.reduce((sum, one) => sum + (one.records_today ?? 0), 0) ?? 0,
      requests: running?.requests_last_minute ?? 0,
      faults: running === undefined ? 0 : faults(running).length,
      ailments: ailmentsOf(tile)
    }
  })
  return rows.toSorted((one, other) =>
    rank.get(one.tile.condition)! - rank.get(other.tile.condition)! ||
    other.faults - one.faults ||
    Math.floor((other.lag ?? 0) / 60_000) - Math.floor((one.lag ?? 0) / 60_000) ||
    one.tile.place - other.tile.place
  )
}

/** How the tenants are shown. */
export const shapes = [{ name: "tiles", label: "Tiles" }, { name: "table", label: "Table" }, {
  name: "matrix",
  label: "Endpoints"
}] as const
export type Shape = typeof shapes[number]["name"]

/** Which tenants are shown, and how. */
export interface Filter {
  readonly words: string
  readonly condition: Condition | undefined
  readonly group: string | undefined
  readonly ailment: Ailment | undefined
  /** Undefined until a person chooses. */
  readonly shape: Shape | undefined
}

/** All tenants. */
export const noFilter: Filter = {
  words: "",
  condition: undefined,
  group: undefined,
  ailment: undefined,
  shape: undefined
}

/** Tenants from which on the table is shown before a person chooses. */
export const tableFrom = 13

const wordsMax = 200

/** Reads the filter in the address. */
export const filterOf = (search: string): Filter => {
  const told = new URLSearchParams(search)
  return {
    words: (told.get("q") ?? "").slice(0, wordsMax),
    condition: conditions.find(({ condition }) => condition === told.get("state"))?.condition,
    group: told.get("group")?.slice(0, wordsMax) ?? undefined,
    ailment: ailments.find(({ name }) => name === told.get("warning"))?.name,
    shape: shapes.find(({ name }) => name === told.get("as"))?.name
  }
}

/** Writes the filter for the address; empty for all tenants. */
export const addressOf = ({ ailment, condition, group, shape, words }: Filter): string => {
  const told = new URLSearchParams()
  const given = { q: words === "" ? undefined : words, state: condition, group, warning: ailment, as: shape }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) told.set(name, value)
  const text = told.toString()
  return text === "" ? "" : `?${text}`
}

/** The words that find the tenant of this name, and none whose name begins alike. */
export const exactly = (name: string): string => `"${name}"`

/** The tenants that pass a filter; `group` is a group's whole name, and empty for those of none. Words in quotes are a whole name. */
export const matching = (all: ReadonlyArray<Tenant>, filter: Filter): ReadonlyArray<Tenant> => {
  const whole = /^"(.+)"$/.exec(filter.words.trim())?.[1]
  const wanted = filter.words.toLowerCase().split(/\s+/).filter((word) => word !== "")
  return all.filter(({ ailments, group, tile }) => {
    if (filter.condition !== undefined && tile.condition !== filter.condition) return false
    if (filter.group !== undefined && group !== filter.group) return false
    if (filter.ailment !== undefined && !ailments.has(filter.ailment)) return false
    if (whole !== undefined) return tile.name === whole || tile.displayName === whole
    const names = `${tile.displayName} ${tile.name} ${group}`.toLowerCase()
    return wanted.every((word) => names.includes(word))
  })
}

/** The groups in the order of their names, those of none last. */
export const groupsOf = (all: ReadonlyArray<Tenant>): ReadonlyArray<string> =>
  Array.from(new Set(all.map(({ group }) => group)))
    .sort((one, other) => Number(one === "") - Number(other === "") || collator.compare(one, other))

/** A cell of CSV that no spreadsheet takes for a formula. */
const csvCell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe
}

/** The matrix of tenants and endpoints as CSV: the state of each endpoint, with the code of its fault. */
export const matrixCsv = (all: ReadonlyArray<Tenant>, endpoints: ReadonlyArray<string>): string =>
  [
    ["tenant", "name", "group", "state", ...endpoints],
    ...all.map((
      { group, tile: { condition, displayName, name, running } }
    ) => [
      displayName,
      name,
      group,
      condition,
      ...endpoints.map((endpoint) => {
        const found = running?.endpoints.find((one) => one.name === endpoint)
        return found === undefined ? "" : `${found.state}${found.error === null ? "" : ` (${found.error.code})`}`
      })
    ])
  ].map((line) => `${line.map(csvCell).join(",")}\r\n`).join("")
