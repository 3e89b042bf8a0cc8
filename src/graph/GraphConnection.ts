/**
 * Whose Graph is read, and as whom.
 *
 * @since 0.1.0
 */
import type { Cloud } from "../config/Cloud.ts"
import type { Credential } from "../config/Credential.ts"

/**
 * Whose Graph is read, and as whom.
 *
 * @category models
 * @since 0.1.0
 */
export interface GraphConnection {
  readonly cloud: Cloud
  readonly tenantId: string
  readonly clientId: string
  readonly credential: Credential
}
