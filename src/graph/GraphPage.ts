/** A page of a Graph collection. */
import type { Sent } from "../domain/GraphRecord.ts"

/**
 * A provider that could not answer its part of a legacy page (206 with `Warning: 199 - "Vendor/Provider/504/10000"`).
 */
export interface ProviderWarning {
  readonly provider: string
  readonly status: number
}

/** One page as Graph sent it; its records are not looked into. */
export interface GraphPage {
  readonly records: ReadonlyArray<Sent>
  /** Gives back the room that the records are read from; to be called once nobody reads them any more. */
  readonly release: () => void
  readonly nextLink: string | undefined
  /** `@odata.count`, when the request asked for it. */
  readonly count: number | undefined
  /** Graph's `Date` header in milliseconds since 1970, or the machine's clock where it sent none. */
  readonly at: number
  readonly providerWarnings: ReadonlyArray<ProviderWarning>
}
