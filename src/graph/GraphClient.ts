/**
 * Reads collections from Microsoft Graph, a page at a time.
 *
 * It owns tokens, the request itself and the typing of what went wrong. It retries nothing but one 401 with a new
 * token: waiting, retrying and giving up are the poller's, so that one layer owns each failure.
 *
 * @since 0.1.0
 */
import { Context, type Effect, type Redacted } from "effect"
import type { Cloud } from "../config/Cloud.ts"
import type { Credential } from "../config/Credential.ts"
import type { GraphError } from "./GraphError.ts"

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

/**
 * What a request has to know of the collection it reads.
 *
 * @category models
 * @since 0.1.0
 */
export interface Collection {
  readonly name: string
  /** Path below the cloud's Graph origin, `/v1.0/security/alerts_v2`. */
  readonly path: string
  /** Permissions of which any one suffices, the least privileged first. */
  readonly permissions: ReadonlyArray<string>
  /** Whether 404, 410 and 400 for the segment mean that Microsoft retired it. */
  readonly retires: boolean
}

/**
 * One request. `url` is absolute and has been checked to stay on the collection (`NextLink.pin`).
 *
 * @category models
 * @since 0.1.0
 */
export interface PageRequest {
  readonly collection: Collection
  readonly url: string
}

/**
 * A provider that could not answer its part of a legacy page (206 with `Warning: 199 - "Vendor/Provider/504/10000"`).
 *
 * @category models
 * @since 0.1.0
 */
export interface ProviderWarning {
  readonly provider: string
  readonly status: number
}

/**
 * One page as Graph sent it; its records are not looked into.
 *
 * @category models
 * @since 0.1.0
 */
export interface GraphPage {
  readonly records: ReadonlyArray<unknown>
  /** The same records for `JSON.stringify`, in Graph's digits (see `GraphRecord.exact`). */
  readonly exact: ReadonlyArray<unknown>
  readonly nextLink: string | undefined
  /** `@odata.count`, when the request asked for it. */
  readonly count: number | undefined
  /** Graph's `Date` header in milliseconds since 1970, or the machine's clock where it sent none. */
  readonly at: number
  readonly providerWarnings: ReadonlyArray<ProviderWarning>
}

/**
 * Graph as one application sees one tenant. Requests of all its endpoints share a token and a budget.
 *
 * @category models
 * @since 0.1.0
 */
export interface Graph {
  /** Asks for one page. Waits for the request budget and, when none is held, for a token. */
  readonly fetchPage: (request: PageRequest) => Effect.Effect<GraphPage, GraphError>
  /** Forgets the held token, so that the next request gets a new one with the roles of then. */
  readonly dropToken: Effect.Effect<void>
  /** The held or a new token, for diagnosis. */
  readonly token: Effect.Effect<{
    readonly value: Redacted.Redacted
    readonly expiresAt: number
    /** `roles` of the token, for diagnosis and never for a decision; empty when it cannot be read. */
    readonly roles: ReadonlyArray<string>
  }, GraphError>
  /**
   * Microsoft's clock in milliseconds since 1970: the machine's, corrected by the last `Date` header. Gets a token when
   * none of Microsoft's hosts was heard yet.
   */
  readonly now: Effect.Effect<number, GraphError>
}

/**
 * Service that connects to Graph.
 *
 * @category services
 * @since 0.1.0
 */
export class GraphClient extends Context.Service<GraphClient, {
  readonly connect: (connection: GraphConnection) => Effect.Effect<Graph>
}>()("azure-security/graph/GraphClient") {}
