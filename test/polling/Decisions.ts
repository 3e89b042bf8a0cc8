/** Parts of which a test makes what polling decides on: configuration, checkpoint, facts, state, poll and position. */
import { Duration } from "effect"
import * as Checkpoint from "../../src/checkpoints/Checkpoint.ts"
import { clouds } from "../../src/config/Cloud.ts"
import type { Pace } from "../../src/config/Instance.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { each, type EndpointName, endpoints } from "../../src/endpoints/Endpoints.ts"
import { Forbidden, GraphError, Rejected, Retired, Throttled, Unavailable } from "../../src/graph/GraphError.ts"
import { whole } from "../../src/graph/QueryShape.ts"
import * as Poll from "../../src/polling/Poll.ts"
import * as PollerState from "../../src/polling/PollerState.ts"
import { begin } from "../../src/polling/Walk.ts"

export const noon = Date.UTC(2026, 10, 20, 12)
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** Returns the instant so many minutes after noon. */
export const at = (minutes: number): Timestamp.Timestamp => Timestamp.fromMillis(noon + minutes * minute)

export const client = "22222222-2222-4222-8222-222222222222"

export const config = (
  endpoint: EndpointName = "alerts_v2",
  mode: PollerState.PollerConfig["mode"] = { _tag: "forever" }
): PollerState.PollerConfig => ({
  endpoint: endpoints[endpoint],
  identity: { name: "one", clientId: client, cloud: clouds.global },
  mode
})

/** Polls every 5 minutes with an overlap of 15 minutes, looks for late rows over 6 hours, and begins a day back. */
export const pace: Pace = {
  intervals: each(() => Duration.minutes(5)),
  lookback: Duration.hours(24),
  overlap: Duration.minutes(15),
  lateRows: Duration.hours(6)
}

/** A checkpoint whose mark is an hour before noon and whose first poll was a day before noon. */
export const checkpoint = (more: Partial<Checkpoint.Checkpoint> = {}): Checkpoint.Checkpoint => ({
  ...Checkpoint.initial({ cloud: "global", tenant: "t", endpoint: "alerts_v2" }, at(-24 * 60), noon),
  mark: at(-60),
  ...more
})

export const facts = (more: Partial<PollerState.Facts> = {}): PollerState.Facts => ({
  now: noon,
  checkpoint: checkpoint(),
  pace,
  ledgerFloor: undefined,
  siblingBrings: false,
  ...more
})

export const state = (more: Partial<PollerState.PollerState> = {}): PollerState.PollerState => ({
  ...PollerState.initial(config()),
  ...more
})

/** A live poll that began at noon. */
export const poll = (more: Partial<Poll.Poll> = {}): Poll.Poll => ({
  ...Poll.start(noon, noon, { pageSize: 1000, shape: whole }, { _tag: "Live" }),
  ...more
})

/** The beginning of a pass from the mark less the overlap. */
export const position = (more: Partial<Checkpoint.Position> = {}): Checkpoint.Position => ({
  ...begin(at(-75)),
  ...more
})

export const tally = (records: number): Poll.Tally => ({
  records,
  artifacts: 2 * records,
  repeated: 1,
  heldBack: 0,
  deadLetters: 0
})

export const gap = (more: Partial<Checkpoint.Gap> = {}): Checkpoint.Gap => ({
  from: at(-120),
  to: at(-119),
  code: "service_unavailable",
  foundAt: noon - 2 * hour,
  triedAt: noon - 2 * hour,
  ...more
})

export const due: Poll.Due = { _tag: "Grid", anchor: noon, since: noon }
export const gapTask = (of = gap()): Poll.Aside => ({ _tag: "Gap", gap: of, end: of.to, due })
export const sweepTask: Poll.Aside = { _tag: "Sweep", end: at(-75), due, isWhole: true }
export const rangeTask: Poll.Task = { _tag: "Range", end: at(0) }

export const failure = (reason: GraphError["reason"]) =>
  new GraphError({ endpoint: "alerts_v2", operation: "page", reason })
export const unavailable = failure(new Unavailable({ kind: "http", detail: "HTTP 503" }))
export const throttled = failure(new Throttled({}))
export const rejected = failure(new Rejected({ request: "/v1.0" }))
export const retired = failure(new Retired({}))
export const forbidden = failure(new Forbidden({ why: "unknown", requiredPermissions: [], tokenRoles: [] }))

/** Returns what a decision's save makes of a checkpoint. */
export const saved = ({ save }: PollerState.Decision, before = checkpoint()): Checkpoint.Checkpoint =>
  save === undefined ? before : save(before)

/** Returns the codes, messages and outcomes of a decision's notes, in order. */
export const told = ({ notes }: Pick<PollerState.Decision, "notes">): ReadonlyArray<string> =>
  notes.map((note) => {
    switch (note._tag) {
      case "Status":
        return `Status ${note.event._tag}`
      case "Warned":
        return `Warned ${note.report.code}`
      case "Said":
        return `Said ${note.saying.level}${note.saying.remind ? " remind" : ""} ${note.report.code}`
      case "WarningEnded":
      case "SayingEnded":
        return `${note._tag} ${note.code}`
      case "Recovered":
        return "Recovered"
      case "Polled":
        return `Polled ${note.outcome}`
      case "Log":
        return `Log ${note.message}`
    }
  })
