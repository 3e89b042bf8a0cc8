/** Calls the connector's interface of `src/http`, from which the page imports only types. */
import type { Finding } from "../checks/Finding.ts"
import type { AuditEntry, Fault, StoredInstance, StoredSettings } from "../http/IntegrationsApi.ts"
import type { LiveEvent } from "../http/LiveApi.ts"
import type { Session } from "../http/SessionApi.ts"
import type { Detail, Found, FoundThings, IndexState, KeptChange, KeptSearches, Suggestions } from "../search/Search.ts"
import type { ActivityDocument, ActivityRange, TenantActivity } from "../status/ActivityDocument.ts"
import type { StatusDocument } from "../status/StatusDocument.ts"

export type {
  ActivityDocument,
  ActivityRange,
  AuditEntry,
  Detail,
  Fault,
  Finding,
  Found,
  FoundThings,
  IndexState,
  KeptSearches,
  LiveEvent,
  Session,
  StatusDocument,
  StoredInstance,
  StoredSettings,
  Suggestions,
  TenantActivity
}

/**
 * A failed request. `body` is the connector's answer with its `_tag`: `InvalidSettings`, `ChangedMeanwhile`,
 * `SignInNeeded`, …; `Unreachable` when no answer came.
 */
export class Refused extends Error {
  readonly status: number
  readonly body: { readonly _tag: string; readonly [key: string]: unknown }

  constructor(status: number, body: Refused["body"]) {
    super(body._tag)
    this.status = status
    this.body = body
  }

  /** What went wrong, in one line. */
  get why(): string {
    for (const key of ["why", "fault"]) {
      const said = this.body[key]
      if (typeof said === "string") return said
    }
    switch (this.body._tag) {
      case "Unreachable":
        return "the connector does not answer: it was stopped, or the network in between is down"
      case "WrongToken":
        return "this is not the connector's token"
      case "TooManyRequests":
        return `too many requests: wait ${Number(this.body["retry_after_seconds"] ?? 60)} seconds`
      default:
        return `the connector answered with ${this.status}; its log says more`
    }
  }
}

const refusal = async (answer: Response): Promise<Refused> => {
  const body: unknown = await answer.json().catch(() => undefined)
  const isTagged = typeof body === "object" && body !== null && "_tag" in body && typeof body._tag === "string"
  return new Refused(answer.status, isTagged ? body as Refused["body"] : { _tag: "Unexpected" })
}

/** Timeout of a request. */
const answerMillis = 30_000
/** Timeout of a download, which may have millions of artifacts. */
const exportMillis = 24 * 3_600_000
/** Timeout of a connection test, which asks Microsoft several times. */
const checkMillis = 120_000

/** Throws {@link Refused} when no answer came. An abort and an invalid JSON are thrown as they are. */
const unanswered = (cause: unknown): never => {
  const isOther = cause instanceof SyntaxError || cause instanceof DOMException && cause.name === "AbortError"
  throw isOther ? cause : new Refused(0, { _tag: "Unreachable" })
}

/** Sends a request, and tells the page by an event when its session has ended. */
const ask = async (path: string, init: RequestInit = {}, millis = answerMillis): Promise<Response> => {
  const { signal } = init
  const limit = AbortSignal.timeout(millis)
  const answer = await fetch(path, {
    ...init,
    signal: signal === undefined || signal === null ? limit : AbortSignal.any([signal, limit]),
    headers: {
      // No other site can make a browser send this header.
      ...(init.method === undefined ? {} : { "x-azure-security-page": "1" }),
      ...(init.body === undefined ? {} : { "content-type": "application/json" })
    }
  }).catch(unanswered)
  if (answer.ok) return answer
  const refused = await refusal(answer)
  if (refused.body._tag === "SignInNeeded") window.dispatchEvent(new Event("sign-in-needed"))
  throw refused
}

const json = async <A>(path: string, init?: RequestInit): Promise<A> =>
  await (await ask(path, init)).json().catch(unanswered) as A

const body = (value: unknown): string => JSON.stringify(value)

// Path of an instance. Browsers resolve an empty name or one of dots, so a blank is added; the connector rejects the
// name.
const at = (name: string) => `/api/instances/${encodeURIComponent(/^\.{0,2}$/.test(name) ? ` ${name}` : name)}`

/** A change of one instance, or a new instance when `revision` is null. */
export interface Change {
  readonly name: string
  readonly revision: string | null
  /** Settings that are left out stay as they are stored; null removes a setting. */
  readonly document: Readonly<Record<string, unknown>>
}

/** A search. Times are ISO 8601. */
export interface Query {
  readonly query: string
  readonly from: string
  readonly to: string
}

const parameters = (values: object): string =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]])
  )
    .toString()

/** Splits a stream of text into lines. */
const lineByLine = () => {
  let rest = ""
  return new TransformStream<string, string>({
    transform: (piece, controller) => {
      const lines = (rest + piece).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) if (line.trim() !== "") controller.enqueue(line)
    },
    flush: (controller) => {
      if (rest.trim() !== "") controller.enqueue(rest)
    }
  })
}

/**
 * All calls of the interface. Each fails with {@link Refused}. `window` gets the event `sign-in-needed` when nobody is
 * signed in.
 */
export const client = {
  session: () => json<Session>("/api/session"),
  signIn: (token: string) => json<Session>("/api/session", { method: "POST", body: body({ token }) }),
  signOut: () => ask("/api/session", { method: "DELETE" }),

  status: () => json<StatusDocument>("/status"),
  activity: (range: ActivityRange) => json<ActivityDocument>(`/api/activity?range=${range}`),

  /** Records and requests of one instance, or of a group. */
  tenantActivity: (
    range: ActivityRange,
    of: { readonly instance?: string | undefined; readonly group?: string | undefined }
  ) => json<TenantActivity>(`/api/activity/tenants?${parameters({ range, ...of })}`),

  instances: () => json<StoredSettings>("/api/instances"),
  save: ({ document, name, revision }: Change) =>
    json<StoredInstance>(at(name), { method: "PUT", body: body({ revision, document }) }),
  remove: (name: string, revision: string) =>
    ask(`${at(name)}?revision=${encodeURIComponent(revision)}`, { method: "DELETE" }),

  history: (name: string) => json<ReadonlyArray<AuditEntry>>(`${at(name)}/history`),

  /** Checks unsaved settings; `tell` gets each finding as soon as it is known. */
  check: async (change: Change, tell: (finding: Finding) => void, signal?: AbortSignal): Promise<void> => {
    const answer = await ask("/api/check", {
      method: "POST",
      body: body(change),
      ...(signal === undefined ? {} : { signal })
    }, checkMillis)
    await answer.body!.pipeThrough(new TextDecoderStream()).pipeThrough(lineByLine()).pipeTo(
      new WritableStream({ write: (line) => tell(JSON.parse(line) as Finding) })
    ).catch(unanswered)
  },

  /** `before` is the `next` of the previous page. `limit` is at most 1000 rows. */
  find: (
    query: Query & { readonly before?: number; readonly limit?: number; readonly sort?: "arrival" },
    signal?: AbortSignal
  ) => json<Found>(`/api/search?${parameters(query)}`, signal === undefined ? {} : { signal }),
  /** Alerts and incidents from `offset`, at most 1000, with the counts of all matches. */
  things: (
    query: Query & {
      readonly sort?: string
      readonly group?: string
      readonly offset?: number
      readonly limit?: number
    },
    signal?: AbortSignal
  ) => json<FoundThings>(`/api/search/alerts?${parameters(query)}`, signal === undefined ? {} : { signal }),
  detail: (id: string) => json<Detail>(`/api/search/artifacts/${encodeURIComponent(id)}`),
  /** What may be typed next: names of fields or, with a field, its values. */
  suggest: (field: string | undefined, beginning: string, signal: AbortSignal) =>
    json<Suggestions>(`/api/search/suggest?${parameters({ field, beginning })}`, { signal }),
  keptSearches: () => json<KeptSearches>("/api/search/kept"),
  keepSearch: (change: KeptChange) => json<KeptSearches>("/api/search/kept", { method: "POST", body: body(change) }),
  indexState: () => json<IndexState>("/api/search/state"),
  /** Begins a download of everything that a search finds; see `Exporting`. */
  exported: (query: Query, form: { readonly format: "ndjson" | "csv"; readonly bom?: "1" }, signal: AbortSignal) =>
    ask(`/api/search/export?${parameters({ ...query, ...form })}`, { signal }, exportMillis)
}
