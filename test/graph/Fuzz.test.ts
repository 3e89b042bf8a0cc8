/** Fuzzing with pages and headers that are nearly Graph's, or nearly arbitrary. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { alertsV2 as endpoint } from "../../src/endpoints/AlertsV2.ts"
import { GraphError } from "../../src/graph/GraphError.ts"
import { identify } from "../../src/publishing/Records.ts"
import { microsoft, page } from "./FakeMicrosoft.ts"

const rounds = 3000
const alert = {
  id: "da1",
  createdDateTime: "2026-11-20T11:00:00Z",
  lastUpdateDateTime: "2026-11-20T11:00:00.1234567Z",
  title: "\u00e9\ud83d\ude00\\\"",
  severity: "high",
  status: "new",
  evidence: [{ "@odata.type": "#microsoft.graph.security.ipEvidence", ipAddress: "203.0.113.7", roles: [] }],
  additionalData: { deep: [[[{}]]] }
}
const whole = JSON.stringify({
  "@odata.context": "x",
  "@odata.count": 3,
  value: [alert, { ...alert, id: "da2" }, { ...alert, id: "da3" }],
  "@odata.nextLink": "https://graph.microsoft.com/v1.0/security/alerts_v2?$skip=3"
}).replace("\"deep\"", "\"n\":12345678901234567890,\"deep\"")

const bits = [
  "{",
  "}",
  "[",
  "]",
  "\"",
  ",",
  ":",
  "null",
  "1e999",
  "-",
  "\\u0000",
  "\\ud800",
  "\n",
  "\u0000",
  "\ufeff",
  "0.1"
]
const words = [
  "",
  "x",
  "-1",
  "0",
  "NaN",
  "gzip",
  "application/json",
  "text/html",
  "Mon, 31 Feb 2026 25:61:61 GMT",
  "\"",
  "9".repeat(40)
]
const names = ["content-type", "date", "retry-after", "warning", "request-id", "www-authenticate", "location", "etag"]

/** Repeatable numbers from 0 up to `below`. */
const dice = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

const mutate = (text: string, throwOf: (below: number) => number): string => {
  const at = throwOf(text.length + 1)
  const to = Math.min(text.length, at + throwOf(60))
  switch (throwOf(7)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(to)
    case 2:
      return text.slice(0, to) + text.slice(at)
    case 3:
      return text.slice(0, at) + bits[throwOf(bits.length)] + text.slice(at)
    case 4:
      return text.slice(0, at) + "[".repeat(throwOf(5000)) + text.slice(at)
    case 5:
      return text.slice(0, at) + String.fromCharCode(throwOf(65_536)) + text.slice(at + 1)
    default:
      return text.replace(/"[^"]*"(?=[,\]}])/, () => bits[throwOf(bits.length)]!)
  }
}

const answer = (throwOf: (below: number) => number) => () => {
  let text = whole
  for (let n = throwOf(4); n > 0; n--) text = mutate(text, throwOf)
  const bytes = new TextEncoder().encode(text)
  for (let n = throwOf(3); n > 0; n--) bytes[throwOf(bytes.length)] = throwOf(256)
  const headers = new Headers()
  for (let n = throwOf(4); n > 0; n--) headers.append(names[throwOf(names.length)]!, words[throwOf(words.length)]!)
  const statuses = [200, 200, 200, 200, 206, 301, 400, 401, 403, 404, 410, 429, 500, 503, 599]
  return new Response(bytes, { status: statuses[throwOf(statuses.length)]!, headers })
}

describe("fuzzing", () => {
  it.effect(`of bodies and headers: each of ${rounds} answers is a page or a typed failure, and none is a defect`, () =>
    Effect.gen(function*() {
      const throwOf = dice(20_261_123)
      const fake = yield* microsoft({ graph: [answer(throwOf)] })
      const graph = yield* fake.connect()
      const seen = { pages: 0, failures: 0, records: 0 }
      for (let round = 0; round < rounds; round++) {
        // Wait until the request budget allows another request.
        yield* TestClock.adjust("2 minutes")
        const outcome = yield* Effect.exit(graph.fetchPage(page))
        if (Exit.isSuccess(outcome)) {
          seen.pages++
          const { records, unidentified } = identify(endpoint, outcome.value)
          seen.records += records.length
          for (const record of records) {
            endpoint.map({ tenantId: "t", displayName: "d", senderHost: "record", graphHost: "h" }, record)
          }
          assert.isAtMost(unidentified.length, outcome.value.records.length)
        } else {
          seen.failures++
          const error = Cause.squash(outcome.cause)
          assert.instanceOf(error, GraphError, Cause.pretty(outcome.cause))
        }
      }
      // The answers must contain enough of each kind.
      assert.isAbove(seen.pages, rounds / 10)
      assert.isAbove(seen.failures, rounds / 10)
      assert.isAbove(seen.records, rounds / 10)
    }))
})
