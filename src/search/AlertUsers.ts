/** Remembers the users of the last alerts for the write thread, because evidence such as a URL names no user. */
import type { DatabaseSync } from "node:sqlite"
import { linkMatch } from "./Links.ts"
import { parsedMessage, usersOf } from "./MessageTexts.ts"
import { decode } from "./Rows.ts"
import { lineAt } from "./SinkLines.ts"

/** Alerts that are remembered. Few are enough, because an alert and its evidence are written together. */
const alertsMax = 64
/** Rows of an alert among which the alert's own row is looked for. */
const rowsMax = 100

/** Users by alert; the key is what {@link linkTo} of `Links.ts` returns for the alert. */
export class AlertUsers {
  readonly #directory: string
  readonly #rows
  readonly #users = new Map<string, ReadonlyArray<string>>()

  constructor(database: DatabaseSync, directory: string) {
    this.#directory = directory
    this.#rows = database.prepare(
      `SELECT key, row, name, artifacts.offset, length FROM words JOIN artifacts ON key = words.rowid
       LEFT JOIN files USING (file) WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ${rowsMax}`
    )
  }

  remember(alert: string, users: ReadonlyArray<string>): void {
    this.#users.delete(alert)
    this.#users.set(alert, users)
    if (this.#users.size > alertsMax) this.#users.delete(this.#users.keys().next().value!)
  }

  of(alert: string): ReadonlyArray<string> {
    const known = this.#users.get(alert)
    if (known !== undefined) return known
    const users = this.#lookedUp(alert)
    this.remember(alert, users)
    return users
  }

  /** Reads the users from the stored alert: the reading stopped between the alert and its evidence. */
  #lookedUp(alert: string): ReadonlyArray<string> {
    const found = this.#rows.all(linkMatch("alert", alert)) as unknown as ReadonlyArray<{
      readonly key: number
      readonly row: string
      readonly name: string | null
      readonly offset: number
      readonly length: number
    }>
    for (const stored of found) {
      const row = decode(stored.key, stored.row)
      if (row.evidence !== undefined) continue
      const line = lineAt(this.#directory, stored, row.id)
      if (line !== null) return usersOf(parsedMessage((JSON.parse(line) as { readonly message: string }).message))
    }
    return []
  }
}
