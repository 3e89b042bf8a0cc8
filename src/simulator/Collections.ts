/** The collections and Graph's limits. */

/** Names of the collections, as in Graph's paths. */
export const collectionNames = [
  "alerts",
  "alerts_v2",
  "incidents",
  "signIns",
  "directoryAudits",
  "riskDetections",
  "riskyUsers",
  "secureScores",
  "managedDevices",
  "detectedApps",
  "users",
  "devices"
] as const

/** Name of a collection: the last segment of its path. */
export type CollectionName = typeof collectionNames[number]

/** How a collection refuses a token without the role: its service's way. */
export type Denial = "security" | "reports" | "identityProtection" | "intune" | "directory"

/** Permissions, filters and limits of a collection. */
export interface Collection {
  readonly name: CollectionName
  /** Path of what holds the collection; none for one that Graph has at its root. */
  readonly parent?: "security" | "auditLogs" | "identityProtection" | "deviceManagement"
  readonly typeName: string
  readonly denial: Denial
  /** Application permissions of which any one suffices. */
  readonly roles: ReadonlyArray<string>
  readonly cursor: string
  /** Property by which rows are sorted when nothing else is asked for, the newest first. */
  readonly sortedBy: string
  /** Whether `$orderby` is heeded; rows come in an order of their own otherwise. */
  readonly orders: boolean
  /** Operators of a filter. */
  readonly operators: ReadonlyArray<string>
  /**
   * Whether it counts, and skips. `always`: it counts without being asked; `eventually`: where the header for it is sent.
   * Neither of these skips.
   */
  readonly counts: boolean | "always" | "eventually"
  /** A property that wants another permission, and smaller pages. */
  readonly costly?: { readonly property: string; readonly roles: ReadonlyArray<string>; readonly topMax: number }
  /** What its links carry, where it is not as the simulation is told. */
  readonly paging?: "skip" | "skiptoken"
  readonly filterable: ReadonlyArray<string>
  readonly topDefault: number
  readonly topMax: number
  /** A `$top` above `topMax` is lowered or answered with 400. */
  readonly aboveMax: "clamp" | "reject"
  /** Greatest `$skip` that a client may write itself. */
  readonly skipMax?: number | undefined
}

const security = {
  parent: "security",
  denial: "security",
  sortedBy: "createdDateTime",
  orders: true,
  operators: ["eq", "ne", "ge", "gt", "le", "lt"],
  counts: true
} as const

const report = {
  parent: "auditLogs",
  denial: "reports",
  roles: ["AuditLog.Read.All"],
  orders: true,
  operators: ["eq", "ge", "le"],
  counts: false,
  topDefault: 1000,
  topMax: 1000,
  aboveMax: "clamp"
} as const

const protection = {
  parent: "identityProtection",
  denial: "identityProtection",
  orders: false,
  operators: ["eq", "ge", "gt", "le"],
  counts: false,
  topDefault: 20,
  topMax: 500,
  aboveMax: "reject"
} as const

const intune = {
  parent: "deviceManagement",
  denial: "intune",
  roles: ["DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"],
  orders: false,
  operators: ["eq"],
  counts: "always",
  cursor: "",
  sortedBy: "id",
  filterable: [],
  topDefault: 1000,
  topMax: 1000,
  aboveMax: "clamp"
} as const

const directory = {
  denial: "directory",
  orders: false,
  operators: ["eq"],
  counts: "eventually",
  paging: "skiptoken",
  cursor: "",
  sortedBy: "id",
  topDefault: 100,
  topMax: 999,
  aboveMax: "reject"
} as const

export const collections: Readonly<Record<CollectionName, Collection>> = {
  alerts: {
    name: "alerts",
    typeName: "microsoft.graph.alert",
    ...security,
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
    ...security,
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
    ...security,
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
  },
  signIns: {
    ...report,
    name: "signIns",
    typeName: "microsoft.graph.signIn",
    cursor: "createdDateTime",
    sortedBy: "createdDateTime",
    filterable: ["createdDateTime", "userPrincipalName", "appDisplayName", "ipAddress", "riskState"]
  },
  directoryAudits: {
    ...report,
    name: "directoryAudits",
    typeName: "microsoft.graph.directoryAudit",
    cursor: "activityDateTime",
    sortedBy: "activityDateTime",
    filterable: ["activityDateTime", "activityDisplayName", "category", "result"]
  },
  riskDetections: {
    ...protection,
    name: "riskDetections",
    typeName: "microsoft.graph.riskDetection",
    roles: ["IdentityRiskEvent.Read.All", "IdentityRiskEvent.ReadWrite.All"],
    cursor: "lastUpdatedDateTime",
    sortedBy: "id",
    filterable: ["lastUpdatedDateTime", "detectedDateTime", "activityDateTime", "riskLevel", "riskState"]
  },
  riskyUsers: {
    ...protection,
    name: "riskyUsers",
    typeName: "microsoft.graph.riskyUser",
    roles: ["IdentityRiskyUser.Read.All", "IdentityRiskyUser.ReadWrite.All"],
    cursor: "riskLastUpdatedDateTime",
    sortedBy: "id",
    filterable: ["riskLastUpdatedDateTime", "riskLevel", "riskState"]
  },
  secureScores: {
    ...security,
    name: "secureScores",
    typeName: "microsoft.graph.secureScore",
    roles: ["SecurityEvents.Read.All", "SecurityEvents.ReadWrite.All"],
    cursor: "createdDateTime",
    filterable: ["createdDateTime"],
    topDefault: 90,
    topMax: 90,
    aboveMax: "clamp"
  },
  managedDevices: {
    ...intune,
    name: "managedDevices",
    typeName: "microsoft.graph.managedDevice",
    paging: "skiptoken"
  },
  detectedApps: {
    ...intune,
    name: "detectedApps",
    typeName: "microsoft.graph.detectedApp",
    paging: "skip"
  },
  users: {
    ...directory,
    name: "users",
    typeName: "microsoft.graph.user",
    roles: ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    filterable: ["displayName", "userPrincipalName", "userType"],
    costly: { property: "signInActivity", roles: ["AuditLog.Read.All"], topMax: 500 }
  },
  devices: {
    ...directory,
    name: "devices",
    typeName: "microsoft.graph.device",
    roles: ["Device.Read.All", "Device.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    filterable: ["displayName", "deviceId", "operatingSystem"]
  }
}

/** Path of a collection. */
export const pathOf = ({ name, parent }: Collection): `/v1.0/${string}` =>
  parent === undefined ? `/v1.0/${name}` : `/v1.0/${parent}/${name}`
