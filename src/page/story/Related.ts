/** What other alerts and incidents have in common with an artifact: users, hosts, addresses, URLs, files, hashes and mails. */
import type { Row } from "../search/Columns.ts"
import { phrase, term } from "../search/QueryText.ts"
import { clipped, harmless } from "../Text.ts"
import { type Entities, entityKinds } from "./StoryEntities.ts"

/** A value that others may have too, and the query that finds them. */
export interface Common {
  readonly kind: string
  /** Safe to show. */
  readonly text: string
  /** Finds all that have it. */
  readonly term: string
  /** Finds those without the artifact's own alert or incident. */
  readonly query: string
}

/** Values that are looked for, of each kind and in all. */
const most = { ofKind: 4, all: 16 } as const

/** The values of an artifact, and of its alert or incident. */
export const commonsOf = (row: Row, { nodes }: Entities, hashes: ReadonlyArray<string>): ReadonlyArray<Common> => {
  const own = row.alert_id !== undefined
    ? ` -${term("alertId", row.alert_id)}`
    : row.incident_id !== undefined
    ? ` -${term("incidentId", row.incident_id)}`
    : ""
  const common = (kind: string, text: string, term: string): ReadonlyArray<Common> =>
    term === "" ? [] : [{ kind, text, term, query: `${term}${own}` }]
  const ofNodes = entityKinds.flatMap((kind) =>
    nodes.filter((node) => node.kind === kind).slice(0, most.ofKind).flatMap(({ term, text }) =>
      common(kind, text, term)
    )
  )
  const ofHashes = Array.from(new Set(hashes)).slice(0, most.ofKind).flatMap((hash) =>
    common("hash", harmless(clipped(hash, 100)), phrase(hash))
  )
  return [...ofNodes, ...ofHashes].slice(0, most.all)
}

/** Objects of a record that are looked into. */
const objectsMax = 5000

/** The hashes of files anywhere in a record, and those of rows. */
export const hashesOf = (value: unknown, rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const found = new Set(rows.flatMap(({ file_hash }) => file_hash === undefined ? [] : [file_hash]))
  const open: Array<unknown> = [value]
  for (let count = 0; open.length > 0 && count < objectsMax; count++) {
    const one = open.pop()
    if (typeof one !== "object" || one === null) continue
    for (const [name, within] of Object.entries(one)) {
      if (typeof within === "object") open.push(within)
      // One hash of a file is enough.
      else if (typeof within === "string" && name === "sha256" && within !== "") found.add(within)
    }
  }
  return Array.from(found)
}
