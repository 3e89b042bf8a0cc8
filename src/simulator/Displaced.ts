/** Rows for the faults `late_row` and `future_row`. */
import * as AlertEntry from "./AlertEntry.ts"
import { attacks } from "./Attacks.ts"
import * as Cast from "./Cast.ts"
import type { CollectionName } from "./Collections.ts"
import type { Draw } from "./Draw.ts"
import type { Fault } from "./Fault.ts"
import * as IncidentEntry from "./IncidentEntry.ts"
import * as LegacyEntry from "./LegacyEntry.ts"
import type { Row } from "./Row.ts"

/** So many milliseconds that a row never changes. */
const pace = 1e12

/** Returns the collection that a fault targets (default `alerts_v2`) and a function that makes its rows. */
export const of = (
  fault: Fault,
  tenantId: string,
  /** Milliseconds since 1970. */
  appears: number,
  draw: Draw
): { readonly collection: CollectionName; readonly row: (number: number) => Row } => {
  const attack = attacks[0]
  const cast = Cast.of(tenantId, draw)
  switch (fault.endpoint) {
    case "alerts":
      return {
        collection: "alerts",
        row: (number) => LegacyEntry.of({ number, cast, appears, pace, draw }).versions[0].row()
      }
    case "incidents":
      return {
        collection: "incidents",
        row: (number) => {
          const id = String(draw.int(900_000, 999_999))
          return IncidentEntry.of({ id, number, tenantId, attack, alerts: [], opens: appears }).versions[0].row()
        }
      }
    default:
      return {
        collection: "alerts_v2",
        row: () => {
          const [plan] = attack.alerts
          return AlertEntry.of({ attack, plan, cast, incidentId: null, appears, pace, draw }).versions[0].row()
        }
      }
  }
}
