/** Finds the alerts of an incident, with their evidence. Search threads import this module. */
import type { DatabaseSync } from "node:sqlite"
import { linkMatch, linkTo } from "./Links.ts"
import { decode } from "./Rows.ts"
import type { Row } from "./Search.ts"

/** Alerts of an incident that are returned, the evidence of each, and artifacts among which the alerts are looked for. */
const most = { alerts: 100, evidence: 100, artifacts: 2000 } as const

const incidents = "azure_security_incident"

interface Stored {
  readonly key: number
  readonly row: string
}

/** The alerts of incidents, for the read thread. */
export class Members {
  readonly #statements

  constructor(database: DatabaseSync) {
    const ofAlert = "FROM facets JOIN artifacts USING (key) WHERE thing = (SELECT thing FROM facets WHERE key = ?)"
    this.#statements = {
      linked: database.prepare(`SELECT words.rowid AS key, row FROM words JOIN artifacts ON key = words.rowid
         WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ${most.artifacts}`),
      state: database.prepare(
        `SELECT artifacts.key, row ${ofAlert} AND is_evidence = 0 ORDER BY part DESC, place DESC LIMIT 1`
      ),
      evidence: database.prepare(
        `SELECT artifacts.key, row ${ofAlert} AND is_evidence = 1 ORDER BY artifacts.key LIMIT ${most.evidence}`
      )
    }
  }

  /**
   * Returns the alerts of the row's incident in their latest state, in the order of time, each followed by its evidence.
   * Beside an alert only the other alerts are returned, without their evidence.
   */
  of(row: Row): ReadonlyArray<Row> {
    const link = linkTo(row, "incident")
    if (link === undefined) return []
    const own = linkTo(row, "alert")
    const alerts = new Map<string, number>()
    for (const { key, row: text } of this.#statements.linked.iterate(linkMatch("incident", link))) {
      const found = decode(key as number, text as string)
      const alert = linkTo(found, "alert")
      if (found.stream === incidents || alert === undefined || alert === own) continue
      if (alerts.size < most.alerts && !alerts.has(alert)) alerts.set(alert, found.key)
    }
    return Array.from(alerts.values(), (key) => this.#alert(key, row)).filter((rows) => rows.length > 0)
      .toSorted(([one], [other]) => one!.key - other!.key).flat()
  }

  /** The alert of an artifact, or nothing where it has moved to another incident; beside an alert without its evidence. */
  #alert(key: number, of: Row): ReadonlyArray<Row> {
    const stored = this.#statements.state.get(key) as Stored | undefined
    const state = stored === undefined ? undefined : decode(stored.key, stored.row)
    if (state !== undefined && state.incident_id !== of.incident_id) return []
    if (state !== undefined && of.stream !== incidents) return [state]
    const evidence = (this.#statements.evidence.all(key) as unknown as ReadonlyArray<Stored>)
      .map((one) => decode(one.key, one.row))
    return state === undefined ? evidence : [state, ...evidence]
  }
}
