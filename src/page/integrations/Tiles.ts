/** Combines stored and running instances into tiles. */
import type { StatusDocument, StoredInstance } from "../Client.ts"
import type { IconName } from "../Icons.ts"

/** Status of a running instance. */
export type Instance = StatusDocument["instances"][number]

export type Endpoint = Instance["endpoints"][number]

/** A fault in the status. */
export type Report = Instance["warnings"][number]

/** The state of an instance in one word. */
export type Condition = Instance["connection_status"]

/** A tile: an instance that is stored, or runs, or both. */
export interface Tile {
  readonly name: string
  readonly displayName: string
  readonly condition: Condition
  /** Undefined when settings cannot be changed. */
  readonly stored: StoredInstance | undefined
  /** Undefined until the connector has taken the instance over. */
  readonly running: Instance | undefined
  /** Whether a stored change has not taken effect yet. */
  readonly pending: boolean
  /** Its place in the order of names. */
  readonly place: number
}

/** Conditions, worst first, with the word and the icon of each, and what it means where the word does not say it. */
export const conditions: ReadonlyArray<
  { readonly condition: Condition; readonly word: string; readonly icon: IconName; readonly means?: string }
> = [
  { condition: "failed", word: "Failed", icon: "failed", means: "nothing is being collected" },
  { condition: "warning", word: "Warning", icon: "warning" },
  { condition: "waiting", word: "Waiting", icon: "waiting" },
  { condition: "connected", word: "Connected", icon: "connected" },
  { condition: "disabled", word: "Disabled", icon: "disabled" }
]

const textOf = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

const isEnabled = (stored: StoredInstance) => stored.document["enabled"] !== false

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" })

/**
 * Returns the tiles by display name, an order that no state changes. Instances that were `removed` here are left out,
 * though they may run for another moment.
 */
export const tiles = (
  stored: ReadonlyArray<StoredInstance>,
  running: ReadonlyArray<Instance>,
  removed: ReadonlySet<string> = new Set()
): ReadonlyArray<Tile> => {
  const byName = new Map(running.map((instance) => [instance.name, instance]))
  const known = new Set(stored.map(({ name }) => name))
  const all: Array<Omit<Tile, "place">> = stored.map((instance) => {
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
  ).map((tile, place) => ({ ...tile, place }))
}

/** Whether an endpoint is being polled: it has no time for its next poll. */
export const isPolling = ({ next_poll_at, state }: Endpoint): boolean => next_poll_at === null && state !== "disabled"

/** Sums over all endpoints, and the times of their polls. */
export const totals = ({ endpoints }: Instance) => {
  const sum = (of: (endpoint: Endpoint) => number) => endpoints.reduce((total, endpoint) => total + of(endpoint), 0)
  const times = (of: (endpoint: Endpoint) => string | null) => endpoints.map(of).filter((time) => time !== null).sort()
  return {
    records: sum(({ records_fetched }) => records_fetched),
    artifacts: sum(({ artifacts_published }) => artifacts_published),
    deadLetters: sum(({ dead_letters }) => dead_letters),
    lastPoll: times(({ last_poll_at }) => last_poll_at).at(-1) ?? null,
    nextPoll: times(({ next_poll_at }) => next_poll_at)[0] ?? null,
    polling: endpoints.some(isPolling)
  }
}

/** A fault, shown once. */
export interface Told {
  readonly report: Report
  /** Endpoints with this fault; none for the instance's own. */
  readonly endpoints: ReadonlyArray<string>
  readonly severity: "failed" | "warning"
}

/** States that end by themselves or concern one endpoint only; their faults are warnings. */
const lesser: ReadonlySet<Endpoint["state"]> = new Set([
  "forbidden",
  "retired",
  "cooldown",
  "ok",
  "starting",
  "disabled"
])

/**
 * The instances without the reports that the process has of itself: each instance has them among its warnings, and the page
 * says them once.
 */
export const withoutShared = ({ instances, reports = [] }: Pick<StatusDocument, "instances" | "reports">) => {
  const shared = new Set(reports.map(({ code, message }) => `${code}\n${message}`))
  return shared.size === 0 ? instances : instances.map((instance): Instance => ({
    ...instance,
    warnings: instance.warnings.filter(({ code, instance: of, message }) =>
      of !== undefined || !shared.has(`${code}\n${message}`)
    )
  }))
}

const lacksPermission = ({ report: { code, required_permissions: needed = [] } }: Told) =>
  code === "missing_permission" && needed.length > 0

/** Says once what several endpoints lack: permissions are granted together, in one visit to the portal. */
const withoutRepeatedGrants = (all: ReadonlyArray<Told>): ReadonlyArray<Told> => {
  const [first, ...others] = all.filter(lacksPermission)
  if (first === undefined || others.length === 0) return all
  const lacking = [first, ...others]
  const needed = Array.from(new Set(lacking.flatMap(({ report }) => report.required_permissions?.slice(0, 1) ?? [])))
  const joined: Told = {
    ...first,
    endpoints: lacking.flatMap(({ endpoints }) => endpoints),
    report: {
      ...first.report,
      message: `Graph denied the requests: the application lacks ${needed.length} permissions`,
      remedy: "Grant these application permissions of Microsoft Graph to the app registration and give admin consent",
      required_permissions: needed
    }
  }
  return all.flatMap((one) => one === first ? joined : lacksPermission(one) ? [] : one)
}

const iso = /\d{4}-\d\d-\d\dT[\d:.]+Z/

declare const __MOVING__: string

/** What differs between endpoints that wait for the same, as the log and `status` leave it out. */
const moving = new RegExp(__MOVING__, "g")

/** Since when a fault is there: its message knows longer than its last occurrence. */
const sinceOf = ({ message, occurred_at }: Report): string => iso.exec(message)?.[0] ?? occurred_at

/** The faults of an instance; a fault that several endpoints share appears once, as the endpoint tells it that has it longest. */
export const faults = ({ endpoints, warnings }: Instance): ReadonlyArray<Told> => {
  const told = new Map<string, { report: Report; endpoints: Array<string>; severity: Told["severity"] }>()
  const tell = (report: Report, severity: Told["severity"], endpoint: string | undefined) => {
    // Equal faults of several endpoints differ only by the endpoint that they name.
    const said = endpoint === undefined ? report.message : report.message.replaceAll(endpoint, "")
    const key = `${report.code}\n${said.replaceAll(moving, "")}\n${report.remedy}`
    const before = told.get(key)
    const names = endpoint === undefined ? [] : [endpoint]
    if (before === undefined) told.set(key, { report, endpoints: names, severity })
    else {
      before.endpoints.push(...names.filter((name) => !before.endpoints.includes(name)))
      if (sinceOf(report) < sinceOf(before.report)) before.report = report
      if (severity === "failed") before.severity = severity
    }
  }
  for (const { error, name, state } of endpoints) {
    if (error !== null) tell(error, lesser.has(state) ? "warning" : "failed", name)
  }
  for (const report of warnings) tell(report, "warning", report.endpoint)
  return withoutRepeatedGrants(Array.from(told.values()))
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
  broker_lost: { word: "Lost by the broker", icon: "failed" },
  starting: { word: "Starting", icon: "waiting" },
  ok: { word: "OK", icon: "connected" }
}
