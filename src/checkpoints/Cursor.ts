/** How a cursor is stored. */
import { Schema } from "effect"

/** Schema for a cursor. */
export const Timestamp = Schema.String.check(Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)).pipe(
  Schema.brand("Timestamp")
)
