/** The settings of one Graph connection. */
import type { Cloud } from "../config/Cloud.ts"
import type { Credential } from "../config/Credential.ts"

/** The tenant whose Graph is read, and the application and credential to read it with. */
export interface GraphConnection {
  readonly cloud: Cloud
  readonly tenantId: string
  readonly clientId: string
  readonly credential: Credential
}
