/** What is shown of single artifacts: the details that are open, and the evidence that is unfolded beneath alerts. */
import type { ReactiveControllerHost } from "lit"
import { client, type Detail, Refused } from "../Client.ts"
import { sentence } from "../Text.ts"
import type { Row } from "./Columns.ts"

/** The details that are open, and where they were opened from. */
export class DetailState {
  /** Shown until {@link detail} is there. */
  row: Row | undefined
  detail: Detail | undefined
  /** Why the details failed. */
  trouble: string | undefined
  /** Artifacts whose details were opened before these. */
  path: ReadonlyArray<Row> = []
  private readonly host: ReactiveControllerHost
  private readonly isOpen: (id: string) => boolean

  /** `isOpen` tells whether the details of an artifact are still wanted. */
  constructor(host: ReactiveControllerHost, isOpen: (id: string) => boolean) {
    this.host = host
    this.isOpen = isOpen
  }

  set(change: Partial<Pick<DetailState, "row" | "detail" | "trouble" | "path">>): void {
    Object.assign(this, change)
    this.host.requestUpdate()
  }

  clear(): void {
    this.set({ row: undefined, detail: undefined, trouble: undefined, path: [] })
  }

  /** Asks for the details of an artifact. */
  async ask(id: string | undefined): Promise<void> {
    if (id === undefined) return
    this.set({ trouble: undefined })
    try {
      const detail = await client.detail(id)
      if (!this.isOpen(id)) return
      // An incident has a row for each of its versions, and the opened row stays.
      this.set({ detail, ...(this.row?.id === detail.row.id ? {} : { row: detail.row }) })
    } catch (cause) {
      if (!this.isOpen(id)) return
      const tag = cause instanceof Refused ? cause.body._tag : "Unexpected"
      // The page asks to sign in; the view asks again after that.
      if (tag === "SignInNeeded") return
      this.set({
        trouble: tag === "NoSuchArtifact" || !(cause instanceof Refused)
          ? "This artifact is not in the index: it may be too old, or not indexed yet."
          : sentence(cause.why)
      })
    }
  }
}

/** The evidence of the alerts that are unfolded, by the key of their row. */
export class Unfolding {
  rows: ReadonlyMap<number, ReadonlyArray<Row>> = new Map()
  private readonly host: ReactiveControllerHost

  constructor(host: ReactiveControllerHost) {
    this.host = host
  }

  private set(rows: ReadonlyMap<number, ReadonlyArray<Row>>) {
    this.rows = rows
    this.host.requestUpdate()
  }

  clear(): void {
    if (this.rows.size > 0) this.set(new Map())
  }

  /** Shows or hides the evidence of an alert; returns whether that worked. */
  async turn({ id, key }: Row): Promise<boolean> {
    const without = new Map(this.rows)
    if (without.delete(key)) {
      this.set(without)
      return true
    }
    try {
      const { alert } = await client.detail(id)
      this.set(new Map([...this.rows, [key, alert.filter(({ evidence }) => evidence !== undefined)]]))
      return true
    } catch {
      return false
    }
  }
}
