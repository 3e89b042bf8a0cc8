/** Makes events of records, and looks at what every event has. */
import { assert } from "@effect/vitest"
import type { MappingContext } from "../../src/artifacts/Mapped.ts"
import type { EventMapping, OcsfEvent, Publication } from "../../src/artifacts/ocsf/OcsfEvent.ts"
import { ocsfTextBytes } from "../../src/domain/Bounds.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import { assertValid } from "../support/OcsfSchema.ts"
import { context } from "./Records.ts"

export const first: Publication = { uid: "0123456789abcdef0123456789abcdef", isKnown: false }

/** An event as a reader has it: parsed JSON, of which a test reads what it expects to be there. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Read = Record<string, any>

export const written = (event: OcsfEvent): Read => JSON.parse(JSON.stringify(event)) as Read

/** Texts of a value but those in `raw_data`. */
export const textsIn = (value: unknown): ReadonlyArray<string> =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, one]) => name === "raw_data" ? [] : textsIn(one))
    : []

/** Asserts what holds for each event: it is valid, no text is too long for an index, and nothing ends before it starts. */
export const assertLawful = (event: OcsfEvent): void => {
  assertValid(event)
  for (const text of textsIn(event)) assert.isAtMost(Buffer.byteLength(text), ocsfTextBytes)
  const { end_time = Infinity, start_time = 0 } = event as Read
  assert.isAtMost(start_time as number, end_time as number)
}

/** Makes the one event of a record. */
export const eventOf = (
  map: EventMapping | undefined,
  record: GraphRecord,
  publication: Publication = first,
  of: MappingContext = context
): OcsfEvent => {
  assert.isDefined(map)
  const found = Array.from(map(of, record, publication).events).filter((event) => event !== undefined)
  assert.lengthOf(found, 1)
  assertLawful(found[0]!)
  return found[0]!
}
