/** Downloads everything that a search finds, and tells how far it is. */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { client, type Query, Refused } from "../Client.ts"
import { saveFile } from "../SaveFile.ts"

/** The forms of an export; Excel reads UTF-8 only with a byte order mark. */
export const exportForms = [{ label: "NDJSON: whole artifacts", form: { format: "ndjson" } }, {
  label: "CSV: one line per row",
  form: { format: "csv" }
}, { label: "CSV for Excel: with a byte order mark", form: { format: "csv", bom: "1" } }] as const

/** A form of an export. */
export type ExportForm = typeof exportForms[number]

/** An export under way or ended. */
export interface Export {
  readonly state: "running" | "done" | "failed" | "cancelled"
  /** Artifacts so far. */
  readonly count: number
  /** Artifacts that were found when it began. */
  readonly total: number | undefined
  readonly bytes: number
  readonly why: string | undefined
}

const newline = 10

/** Bytes that are collected before the browser may put them on the disk. */
const collectedMax = 8_388_608

/** Controller that runs one export at a time. */
export class Exporting implements ReactiveController {
  current: Export | undefined
  private under: AbortController | undefined
  private readonly host: ReactiveControllerHost

  constructor(host: ReactiveControllerHost) {
    this.host = host
    host.addController(this)
  }

  hostDisconnected() {
    this.under?.abort()
  }

  cancel(): void {
    this.under?.abort()
  }

  private tell(change: Partial<Export>) {
    this.current = {
      state: "running",
      count: 0,
      total: undefined,
      bytes: 0,
      why: undefined,
      ...this.current,
      ...change
    }
    this.host.requestUpdate()
  }

  async run(query: Query, form: ExportForm["form"]): Promise<void> {
    this.under?.abort()
    const under = new AbortController()
    this.under = under
    this.current = undefined
    this.tell({})
    try {
      const answer = await client.exported(query, form, under.signal)
      const total = Number(answer.headers.get("x-artifacts-total") ?? Number.NaN)
      this.tell({ total: Number.isNaN(total) ? undefined : total })
      const blobs: Array<Blob> = []
      let parts: Array<BlobPart> = []
      let collected = 0
      // The first line of CSV names the columns.
      let count = form.format === "csv" ? -1 : 0
      let bytes = 0
      await answer.body!.pipeTo(
        new WritableStream({
          write: (value) => {
            // The bytes of a response are never shared with another thread.
            parts.push(value as Uint8Array<ArrayBuffer>)
            bytes += value.length
            collected += value.length
            if (collected > collectedMax) {
              blobs.push(new Blob(parts))
              parts = []
              collected = 0
            }
            for (let at = value.indexOf(newline); at >= 0; at = value.indexOf(newline, at + 1)) count++
            if (this.under === under) this.tell({ count: Math.max(0, count), bytes })
          }
        }),
        { signal: under.signal }
      )
      saveFile([...blobs, ...parts], answer.headers.get("content-type") ?? "", `artifacts.${form.format}`)
      this.tell({ state: "done" })
    } catch (cause) {
      if (this.under !== under) return
      this.tell(
        under.signal.aborted
          ? { state: "cancelled" }
          : { state: "failed", why: cause instanceof Refused ? cause.why : "the connection broke off" }
      )
    }
  }
}
