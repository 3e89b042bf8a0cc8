/** What a node of the graph is connected to: an entity to others and to alerts, an alert to its entities. */
import { client } from "../Client.ts"
import type { Row } from "../search/Columns.ts"
import { artifactValue } from "../search/JsonText.ts"
import { titled } from "../Text.ts"
import { evidenceOf } from "./EvidenceStory.ts"
import { recordOf } from "./RecordJson.ts"
import { type Entities, entitiesOf, entitiesOfRows, type Entity } from "./StoryEntities.ts"
import { wholeRange } from "./WholeRange.ts"

/** A node: an alert or incident by its row, or an entity. */
export type GraphNode =
  | { readonly id: string; readonly kind: "alert" | "incident"; readonly text: string; readonly row: Row }
  | Entity

/** A node with those around it. */
export interface Around {
  readonly centre: GraphNode
  readonly neighbours: ReadonlyArray<GraphNode>
  /** Neighbours that are not shown. */
  readonly others: number
}

/** Neighbours that are shown, and alerts among them. */
const most = { neighbours: 14, alerts: 6 } as const

/** The node of an alert or incident. */
export const nodeOf = (row: Row): GraphNode => ({
  id: `row ${row.alert_id ?? row.incident_id ?? row.id}`,
  kind: row.stream === "azure_security_incident" ? "incident" : "alert",
  text: titled(row.title, 120),
  row
})

const cut = (centre: GraphNode, all: ReadonlyArray<GraphNode>, more = 0): Around => ({
  centre,
  neighbours: all.slice(0, most.neighbours),
  others: Math.max(0, all.length - most.neighbours) + more
})

/** The neighbours of an alert or incident are what it names. */
export const aroundRow = (row: Row, { nodes }: Entities): Around => cut(nodeOf(row), nodes)

/** An entity's neighbours: those that belong to it, and alerts that name it. */
export const aroundEntity = (
  centre: Entity,
  { edges, nodes }: Entities,
  alerts: ReadonlyArray<Row>,
  moreAlerts: number
): Around => {
  const near = new Set(edges.flatMap(([one, other]) => one === centre.id ? [other] : other === centre.id ? [one] : []))
  return cut(centre, [...alerts.map(nodeOf), ...nodes.filter(({ id }) => near.has(id))], moreAlerts)
}

/** The entities of an alert or incident that was walked to. */
export const entitiesAt = async (row: Row): Promise<Entities> => {
  const { artifact, members } = await client.detail(row.id)
  return row.stream === "azure_security_incident"
    ? entitiesOfRows(members)
    : artifact === null
    ? entitiesOfRows([row])
    : entitiesOf(evidenceOf(recordOf(artifactValue(artifact))))
}

/** Alerts and incidents that name an entity. */
export const alertsOf = async (
  { term }: Entity
): Promise<{ readonly rows: ReadonlyArray<Row>; readonly more: number }> => {
  if (term === "") return { rows: [], more: 0 }
  const { things, total_things } = await client.things({ query: term, ...wholeRange, limit: most.alerts })
  return { rows: things.map(({ row }) => row), more: total_things - things.length }
}
