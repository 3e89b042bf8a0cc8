/** Whose Graph is read, and as whom. */
import type { Cloud } from "../config/Cloud.ts"
import type { Credential } from "../config/Credential.ts"

/** Whose Graph is read, and as whom. */
export interface GraphConnection {
  readonly cloud: Cloud
  readonly tenantId: string
  readonly clientId: string
  readonly credential: Credential
}
