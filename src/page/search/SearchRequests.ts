/** The state of the search: the request, what was found, and what went wrong. */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { client, type Found, type FoundThings, type IndexState, type Query, Refused } from "../Client.ts"
import { count } from "../Format.ts"
import { visible } from "../Text.ts"
import { counted } from "./ArtifactFormat.ts"
import type { Row } from "./Columns.ts"
import type { Fault } from "./QueryFault.ts"
import { addedTo, again, arrived, first, more, newest, type Results, rowsMax } from "./Results.ts"
import { type Order, orderDefault, rowOf, type Thing } from "./Things.ts"
import { type TimeRange, times } from "./TimeRange.ts"

const pageRows = 100
/** Rows that live tail shows. */
export const liveRows = 200
/** Delay before asking for new rows, and the delay after a failure. */
const liveMillis = 4000
const refusedMillis = 15_000

const nothing = first({ rows: [], next: null, index: undefined! })

/** Sends one request at a time; a new one replaces the one under way. */
export class Searching implements ReactiveController {
  results: Results = nothing
  /** The last request; undefined before the first. */
  asked: Query | undefined
  /** Whether {@link results} answers {@link asked}. */
  isAnswered = false
  loading: "no" | "first" | "more" = "no"
  /** What is wrong with the query. */
  fault: Fault | undefined
  /** All artifacts that the query finds in the range; undefined while it is unknown. */
  total: number | undefined
  /** The counts of all matches; undefined before the first answer. */
  overview: FoundThings | undefined
  /** The alerts and incidents of {@link results} by the key of their row; empty for single artifacts. */
  things: ReadonlyMap<number, Thing> = new Map()
  /** Whether single artifacts are searched for, or else the order of alerts and incidents. */
  shown: "artifacts" | Order = orderDefault
  trouble: Refused | undefined
  index: IndexState | undefined
  /** Whether new rows are asked for again and again. */
  isLive = false
  /** Text for screen readers. */
  said = ""
  /** Repeats the request that failed because the session had ended. */
  private waiting: (() => void) | undefined
  /** The index was behind at the last request, so that new rows may be old artifacts. */
  private wasBehind = false
  /** What live tail showed last, by id; undefined before its first answer. */
  private tailed: ReadonlyMap<string, string> | undefined

  private readonly host: ReactiveControllerHost
  private range: TimeRange | undefined
  private under: AbortController | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private isConnected = false

  constructor(host: ReactiveControllerHost) {
    this.host = host
    host.addController(this)
  }

  hostConnected() {
    this.isConnected = true
    document.addEventListener("visibilitychange", this.look)
    addEventListener("signed-in", this.signedIn)
  }

  hostDisconnected() {
    this.isConnected = false
    document.removeEventListener("visibilitychange", this.look)
    removeEventListener("signed-in", this.signedIn)
    this.under?.abort()
    clearTimeout(this.timer)
  }

  /** Starts a new search. The old results stay until the answer comes. */
  async search(query: string, range: TimeRange, shown: "artifacts" | Order = this.shown): Promise<void> {
    this.range = range
    this.shown = shown
    this.asked = { query, ...times(range, Date.now()) }
    this.isAnswered = false
    this.loading = "first"
    await this.ask({ limit: this.isLive ? liveRows : pageRows }, (found) => {
      this.results = first(found)
      this.tailed = this.isLive ? this.signs(found.rows) : undefined
      const rows = counted(found.rows.length, this.noun)
      this.said = found.next === null
        ? `${rows} found`
        : `${rows} of ${count(this.totalShown ?? 0)}; more can be loaded`
    })
  }

  /** Loads the next page. */
  async more(): Promise<void> {
    const before = this.results.next
    if (before === null || this.loading !== "no" || this.isFull) return
    this.loading = "more"
    await this.ask({ limit: pageRows, before }, (found) => {
      const before = this.results
      this.results = more(before, found)
      this.said = `${counted(addedTo(before, this.results), this.noun)} more`
    })
  }

  /** Whether no more rows are shown. */
  get isFull(): boolean {
    return this.results.rows.length >= rowsMax
  }

  /** Whether {@link asked} was answered, and would be again. */
  get isGood(): boolean {
    const { fault, isAnswered, trouble, waiting } = this
    return isAnswered && fault === undefined && trouble === undefined && waiting === undefined
  }

  /** Repeats the search when nothing is shown or nobody answered. */
  recover(): void {
    const isUnreachable = this.trouble?.body._tag === "Unreachable"
    if (this.asked === undefined || this.fault !== undefined || this.waiting !== undefined) return
    if (isUnreachable || this.results.rows.length === 0) void this.search(this.asked.query, this.range!)
  }

  private readonly signedIn = () => this.waiting?.()

  /** Follows what arrives, or returns to the search's own order. */
  live(isLive: boolean): void {
    this.isLive = isLive
    this.tailed = undefined
    this.seen()
    if (isLive) this.schedule(0)
    else if (this.asked !== undefined) void this.search(this.asked.query, this.range!)
  }

  /** Nothing is new any more. */
  seen(): void {
    this.results = { ...this.results, fresh: new Set() }
    this.host.requestUpdate()
  }

  /** What tells that a row has changed: a further artifact of an alert counts too. */
  private signs(rows: ReadonlyArray<Row>): ReadonlyMap<string, string> {
    return new Map(rows.map(({ id, key }) => {
      const thing = this.things.get(key)
      return [id, thing === undefined ? "" : `${thing.matches} ${thing.versions}`]
    }))
  }

  private readonly look = () => {
    if (document.visibilityState === "visible") this.schedule(0)
  }

  /** A resting index counts, because the search has just woken it. */
  private get isBehind(): boolean {
    const { index } = this
    return index?.state === "catching_up" || (index?.state === "resting" && index.bytes_behind > 0)
  }

  /** Plans the next request for new rows, while live or while the index is behind. */
  private schedule(millis: number) {
    clearTimeout(this.timer)
    if (!this.isLive && !this.isBehind) return
    this.timer = setTimeout(() => void this.follow(), millis)
  }

  private async follow() {
    if (!this.isConnected || document.visibilityState === "hidden" || this.range === undefined) return
    if (this.waiting !== undefined) return
    if (this.loading !== "no") {
      this.schedule(liveMillis)
      return
    }
    this.asked = { ...this.asked!, ...times(this.range, Date.now()) }
    const isNews = this.isLive && !this.wasBehind
    await this.ask({ limit: liveRows }, (found) => {
      const before = this.results
      if (this.isLive) {
        const [known, signs] = [this.tailed, this.signs(found.rows)]
        this.results = arrived(before, found, { isNews: isNews && known !== undefined, known: known ?? signs, signs })
        this.tailed = signs
      } else {
        this.results = this.shown === "artifacts" ? newest(before, found, { isNews }) : again(before, found, { isNews })
      }
      const added = this.isLive ? this.results.fresh.size - before.fresh.size : addedTo(before, this.results)
      if (added > 0) this.said = counted(added, `${isNews ? "new" : "more"} ${this.noun}`)
    })
  }

  private async ask(page: { readonly limit: number; readonly before?: number }, take: (found: Found) => void) {
    clearTimeout(this.timer)
    this.under?.abort()
    const under = new AbortController()
    this.under = under
    this.waiting = undefined
    this.host.requestUpdate()
    try {
      const found = await this.find(page, under.signal)
      if (under.signal.aborted) return
      this.fault = undefined
      this.trouble = undefined
      this.index = found.index
      this.isAnswered = true
      take(found)
      this.wasBehind = this.isBehind
    } catch (cause) {
      if (under.signal.aborted) return
      const refused = cause instanceof Refused ? cause : new Refused(0, { _tag: "Unexpected" })
      if (refused.body._tag === "SignInNeeded") {
        // A first page needs a new time range, which ends at the time of the request.
        const { asked, loading, range } = this
        return this.wait(() => void (loading === "first" ? this.search(asked!.query, range!) : this.ask(page, take)))
      }
      this.refuse(refused)
    }
    this.loading = "no"
    this.host.requestUpdate()
    if (this.isConnected && this.fault === undefined) {
      this.schedule(this.trouble === undefined ? liveMillis : refusedMillis)
    }
  }

  /** What a row is. */
  get noun(): string {
    return this.shown === "artifacts" ? "artifact" : "alert"
  }

  /** How many rows there are in all. */
  get totalShown(): number | undefined {
    return this.shown === "artifacts" ? this.total : this.overview?.total_things
  }

  /** A page of artifacts, or of alerts and incidents as rows; `before` is then the number of those before. */
  private async find(page: { readonly limit: number; readonly before?: number }, signal: AbortSignal): Promise<Found> {
    const { asked, shown } = this
    if (shown === "artifacts") {
      const found = await client.find({ ...asked!, ...page, ...(this.isLive ? { sort: "arrival" } : {}) }, signal)
      if (page.before === undefined) {
        this.things = new Map()
        this.total = found.total
        void this.count(signal)
      }
      return this.isLive ? { ...found, next: null } : found
    }
    const { before: offset = 0, limit } = page
    const order = this.isLive ? { ...shown, sort: "arrival" } : shown
    const found = await client.things({ ...asked!, ...order, limit, ...(offset === 0 ? {} : { offset }) }, signal)
    const added = found.things.map((thing) => [thing.row.key, thing] as const)
    this.things = new Map(offset === 0 ? added : [...this.things, ...added])
    if (offset === 0) {
      this.overview = found
      this.total = found.total
    }
    return {
      rows: found.things.map(rowOf),
      next: this.isLive ? null : found.next,
      total: found.total_things,
      index: found.index
    }
  }

  /** Counts the matches of single artifacts; without the counts the rows are shown all the same. */
  private async count(signal: AbortSignal) {
    try {
      this.overview = await client.things({ ...this.asked!, limit: 1 }, signal)
      this.host.requestUpdate()
    } catch {
      if (!signal.aborted) this.overview = undefined
    }
  }

  /** Waits for the sign-in that the page asks for; until then the view looks as if it were loading. */
  private wait(again: () => void) {
    this.fault = undefined
    this.trouble = undefined
    if (this.loading === "first") this.results = nothing
    this.waiting = again
    this.host.requestUpdate()
  }

  private refuse(refused: Refused) {
    const isBadQuery = refused.body._tag === "BadQuery"
    this.fault = isBadQuery
      ? { query: this.asked?.query ?? "", why: visible(refused.why), at: refused.body["at"] as Fault["at"] }
      : undefined
    this.trouble = isBadQuery ? undefined : refused
    // The old results do not answer this request.
    if (this.loading === "first") {
      this.results = nothing
      this.total = undefined
      this.overview = undefined
    }
  }
}
