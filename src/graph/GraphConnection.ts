/** Settings of a Graph connection. */
import type { Cloud } from "../config/Cloud.ts"
import type { Credential } from "../config/Credential.ts"

/** Tenant, application and credential. */
export interface GraphConnection {
  readonly cloud: Cloud
  readonly tenantId: string
  readonly clientId: string
  readonly credential: Credential
}
