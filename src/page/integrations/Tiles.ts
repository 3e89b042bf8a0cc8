/** What the tiles show: what is stored, and what runs, put together. */
import type { StatusDocument, StoredInstance } from "../Client.ts"
import type { IconName } from "../Icons.ts"

/** What is said of a running instance. */
export type Instance = StatusDocument["instances"][number]

/** What is said of one of its endpoints. */
export type Endpoint = Instance["endpoints"][number]

/** What is said of a fault. */
export type Report = Instance["warnings"][number]

/** How an instance is, in one word. */
export type Condition = Instance["connection_status"]

/** A tile: an instance that is stored, or runs, or both. */
export interface Tile {
  readonly name: string
  readonly displayName: string
  readonly condition: Condition
  /** Undefined where nothing can be changed. */
  readonly stored: StoredInstance | undefined
  /** Undefined until it is taken up. */
  readonly running: Instance | undefined
  /** A change is stored that has not taken effect yet. */
  readonly pending: boolean
}

/** Conditions, worst first, with the word and the icon of each. */
export const conditions: ReadonlyArray<
  { readonly condition: Condition; readonly word: string; readonly icon: IconName }
> = [
  { condition: "failed", word: "Failed", icon: "failed" },
  { condition: "warning", word: "Warning", icon: "warning" },
  { condition: "waiting", word: "Waiting", icon: "waiting" },
  { condition: "connected", word: "Connected", icon: "connected" },
  { condition: "disabled", word: "Disabled", icon: "disabled" }
]

const textOf = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

const isEnabled = (stored: StoredInstance) => stored.document["enabled"] !== false

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" })

/**
 * The tiles, by the names that people gave: an order that stays when a state changes. What is `removed` here is not
 * shown any more, though it may run for a moment.
 */
export const tiles = (
  stored: ReadonlyArray<StoredInstance>,
  running: ReadonlyArray<Instance>,
  removed: ReadonlySet<string> = new Set()
): ReadonlyArray<Tile> => {
  const byName = new Map(running.map((instance) => [instance.name, instance]))
  const known = new Set(stored.map(({ name }) => name))
  const all: Array<Tile> = stored.map((instance) => {
    const found = byName.get(instance.name)
    const enabled = isEnabled(instance)
    const pending = found === undefined || found.enabled !== enabled
    return {
      name: instance.name,
      displayName: found?.display_name ?? textOf(instance.document["display_name"]) ?? instance.name,
      condition: pending ? enabled ? "waiting" : "disabled" : found.connection_status,
      stored: instance,
      running: found,
      pending
    }
  })
  for (const instance of running) {
    if (known.has(instance.name) || removed.has(instance.name)) continue
    all.push({
      name: instance.name,
      displayName: instance.display_name,
      condition: instance.connection_status,
      stored: undefined,
      running: instance,
      pending: false
    })
  }
  return all.sort((one, other) =>
    collator.compare(one.displayName, other.displayName) || collator.compare(one.name, other.name)
  )
}

/** Tiles with all words of a filter in their names, and of a condition where one is asked for. */
export const filtered = (
  all: ReadonlyArray<Tile>,
  words: string,
  condition: Condition | undefined
): ReadonlyArray<Tile> => {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "")
  return all.filter((tile) => {
    if (condition !== undefined && tile.condition !== condition) return false
    const names = `${tile.displayName} ${tile.name}`.toLowerCase()
    return wanted.every((word) => names.includes(word))
  })
}

/** What arrived of all endpoints, and the times of their polls. */
export const totals = ({ endpoints }: Instance) => {
  const sum = (of: (endpoint: Endpoint) => number) => endpoints.reduce((total, endpoint) => total + of(endpoint), 0)
  const times = (of: (endpoint: Endpoint) => string | null) => endpoints.map(of).filter((time) => time !== null).sort()
  return {
    records: sum(({ records_fetched }) => records_fetched),
    artifacts: sum(({ artifacts_published }) => artifacts_published),
    deadLetters: sum(({ dead_letters }) => dead_letters),
    lastPoll: times(({ last_poll_at }) => last_poll_at).at(-1) ?? null,
    nextPoll: times(({ next_poll_at }) => next_poll_at)[0] ?? null
  }
}

/** A fault, told once. */
export interface Told {
  readonly report: Report
  /** Endpoints that it is about; none for the instance's own. */
  readonly endpoints: ReadonlyArray<string>
  readonly severity: "failed" | "warning"
}

/** Faults in states that go by themselves, or that concern one endpoint, are no failure of the whole. */
const lesser: ReadonlySet<Endpoint["state"]> = new Set([
  "forbidden",
  "retired",
  "cooldown",
  "ok",
  "starting",
  "disabled"
])

/** The faults of an instance: what several endpoints say in the same words stands once. */
export const faults = ({ endpoints, warnings }: Instance): ReadonlyArray<Told> => {
  const told = new Map<string, { report: Report; endpoints: Array<string>; severity: Told["severity"] }>()
  const tell = (report: Report, severity: Told["severity"], endpoint: string | undefined) => {
    const key = `${report.code}\n${report.message}\n${report.remedy}`
    const before = told.get(key)
    const names = endpoint === undefined ? [] : [endpoint]
    if (before === undefined) told.set(key, { report, endpoints: names, severity })
    else before.endpoints.push(...names.filter((name) => !before.endpoints.includes(name)))
  }
  for (const { error, name, state } of endpoints) {
    if (error !== null) tell(error, lesser.has(state) ? "warning" : "failed", name)
  }
  for (const report of warnings) tell(report, "warning", report.endpoint)
  return Array.from(told.values())
}

/** States of endpoints as words, and the icon of each. */
export const endpointStates: Record<Endpoint["state"], { readonly word: string; readonly icon: IconName }> = {
  disabled: { word: "Disabled", icon: "disabled" },
  unauthorized: { word: "Unauthorized", icon: "failed" },
  forbidden: { word: "Forbidden", icon: "warning" },
  retired: { word: "Retired", icon: "warning" },
  cooldown: { word: "Cooldown", icon: "cooldown" },
  unavailable: { word: "Unavailable", icon: "failed" },
  error: { word: "Error", icon: "failed" },
  starting: { word: "Starting", icon: "waiting" },
  ok: { word: "OK", icon: "connected" }
}
