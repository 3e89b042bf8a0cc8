/**
 * An endpoint as a value: one Graph collection that is polled. Adding one is one short file and one line in
 * `Endpoints.ts`; how a value becomes a stream is `Poller`'s concern.
 */
import type { Mapped, MappingContext } from "../artifacts/Mapped.ts"
import type { EndpointName } from "../config/Instance.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import type { Collection } from "../graph/GraphClient.ts"

/** What the poller has to know of a collection. */
export interface Endpoint extends Collection {
  readonly name: EndpointName
  /** The property that grows with each change of a record. */
  readonly cursor: "lastUpdateDateTime" | "lastModifiedDateTime"
  /** Records a page. */
  readonly pageSize: number
  readonly map: (context: MappingContext, record: GraphRecord) => Mapped
}
