/** The three collections and Graph's limits. */

/** Name of a collection: the last segment of its path. */
export type CollectionName = "alerts" | "alerts_v2" | "incidents"

/** Permissions, filters and limits of a collection. */
export interface Collection {
  readonly name: CollectionName
  readonly typeName: string
  /** Application permissions of which any one suffices. */
  readonly roles: ReadonlyArray<string>
  readonly cursor: "lastUpdateDateTime" | "lastModifiedDateTime"
  readonly filterable: ReadonlyArray<string>
  readonly topDefault: number
  readonly topMax: number
  /** A `$top` above `topMax` is lowered or answered with 400. */
  readonly aboveMax: "clamp" | "reject"
  /** Greatest `$skip` that a client may write itself. */
  readonly skipMax?: number | undefined
}

export const collections: Readonly<Record<CollectionName, Collection>> = {
  alerts: {
    name: "alerts",
    typeName: "microsoft.graph.alert",
    roles: ["SecurityEvents.Read.All", "SecurityEvents.ReadWrite.All"],
    cursor: "lastModifiedDateTime",
    filterable: [
      "assignedTo",
      "category",
      "createdDateTime",
      "eventDateTime",
      "lastModifiedDateTime",
      "severity",
      "status",
      "title",
      "vendorInformation/provider"
    ],
    topDefault: 100,
    topMax: 1000,
    aboveMax: "clamp",
    skipMax: 500
  },
  alerts_v2: {
    name: "alerts_v2",
    typeName: "microsoft.graph.security.alert",
    roles: ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"],
    cursor: "lastUpdateDateTime",
    filterable: [
      "assignedTo",
      "classification",
      "createdDateTime",
      "determination",
      "lastUpdateDateTime",
      "serviceSource",
      "severity",
      "status"
    ],
    topDefault: 100,
    topMax: 1000,
    aboveMax: "clamp"
  },
  incidents: {
    name: "incidents",
    typeName: "microsoft.graph.security.incident",
    roles: ["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"],
    cursor: "lastUpdateDateTime",
    filterable: [
      "assignedTo",
      "classification",
      "createdDateTime",
      "determination",
      "lastUpdateDateTime",
      "severity",
      "status"
    ],
    topDefault: 50,
    topMax: 50,
    aboveMax: "reject"
  }
}
