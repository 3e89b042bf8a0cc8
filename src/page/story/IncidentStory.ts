/** Collects what an incident's alerts name: their evidence, users, hosts, addresses, and the rest. */
import type { Row } from "../search/Columns.ts"
import { entitiesOfRows, type Entity, type EntityKind, entityKinds } from "./StoryEntities.ts"

/** An alert of an incident, with its evidence. */
export interface Member {
  /** Of the alert or, where the index has only evidence of it, of its first evidence. */
  readonly row: Row
  readonly evidence: ReadonlyArray<Row>
}

/** The alerts among rows of which each alert is followed by its evidence. */
export const membersOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Member> => {
  const members: Array<{ row: Row; evidence: Array<Row> }> = []
  for (const row of rows) {
    const last = members.at(-1)
    if (last?.row.alert_id !== row.alert_id || last === undefined) members.push({ row, evidence: [] })
    if (row.evidence !== undefined) members.at(-1)!.evidence.push(row)
  }
  return members
}

/** Entities of one kind, those that most artifacts name first. */
export interface Collected {
  readonly kind: EntityKind
  readonly entities: ReadonlyArray<{ readonly entity: Entity; readonly alerts: number }>
}

/** Entities of a kind that are listed. */
const listedMax = 30

/** What the alerts name, with the number of alerts that name it. */
export const collected = (rows: ReadonlyArray<Row>): ReadonlyArray<Collected> => {
  const named = membersOf(rows).map(({ evidence, row }) => entitiesOfRows([row, ...evidence]).nodes)
  const all = entitiesOfRows(rows).nodes
  return entityKinds.map((kind) => ({
    kind,
    entities: all.filter((one) => one.kind === kind)
      .map((entity) => ({ entity, alerts: named.filter((nodes) => nodes.some(({ id }) => id === entity.id)).length }))
      .toSorted((one, other) => other.alerts - one.alerts)
      .slice(0, listedMax)
  })).filter(({ entities }) => entities.length > 0)
}
