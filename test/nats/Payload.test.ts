/** What is published with `payload: graph`, and what check says of a parser that does not know what it gets. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import { appliance, documentOf, onlyAlerts, says } from "../support/Appliance.ts"
import { describeNats } from "../support/DescribeNats.ts"
import * as Json from "../support/Json.ts"
import { applianceId, count, stored } from "../support/NatsStream.ts"
import { tenantId } from "../support/RunFiles.ts"

describeNats("the payload", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("graph is one message a record, byte for byte as the server sent it", () =>
      Effect.gen(function*() {
        const { check, onBroker, put, run, simulator } = yield* appliance(
          { alerts: 20, incidents: 0, legacyAlerts: 0 },
          {},
          undefined,
          { payload: "graph" }
        )
        const rows = yield* simulator.rows(tenantId, "alerts_v2")
        const sent = rows.map((row, n) => n === 3 ? { ...row, title: "caf\u00e9 \u2028 / \\u0041 <b>" } : row)
        yield* simulator.setRows(tenantId, "alerts_v2", sent)
        yield* put("prod", documentOf(onlyAlerts))
        const process = yield* run
        yield* says(process, /fetched 20 events/)
        const all = yield* onBroker(stored)
        assert.strictEqual(all.length, 20)
        assert.isTrue(all.every(({ subject }) => subject === `${applianceId}.data.artifacts.raw`))
        assert.isTrue(all.every(({ id }) => /^[0-9a-f-]{32,64}$/.test(id)), all[0]!.id)
        assert.strictEqual(new Set(all.map(({ id }) => id)).size, 20)
        // The simulator sends each row as `JSON.stringify` writes it.
        assert.sameMembers(all.map(({ text }) => text), sent.map(Json.text))

        // A parser that knows none of it.
        yield* onBroker(Effect.gen(function*() {
          const { js } = yield* Connection
          for (let n = 0; n < 20; n++) {
            yield* Effect.promise(() => js.publish(`${applianceId}.data.artifacts.unknown`, all[n]!.text))
            // What other integrations have there.
            yield* Effect.promise(() => js.publish(`${applianceId}.data.artifacts.unknown`, "{}"))
          }
        }))
        const checked = yield* check
        yield* checked.exit
        assert.match(
          checked.stdout(),
          /\? payload +about 20 of 20 messages published within a day came to the unknown artifacts: .* Graph's own records\n +→ set "payload": "artifact" and "stage": "parsed"/
        )
        assert.strictEqual(yield* onBroker(count), 60)
      }))

    it.effect("artifact is told to become graph when the parser does not know it, and left alone when it does", () =>
      Effect.gen(function*() {
        const { check, onBroker, put, run } = yield* appliance({ alerts: 5, incidents: 0, legacyAlerts: 0 })
        yield* put("prod", documentOf(onlyAlerts))
        yield* says(yield* run, /fetched 5 events/)
        const first = yield* check
        yield* first.exit
        assert.notMatch(first.stdout(), /payload/)
        const published = yield* onBroker(stored)
        const parse = (text: (n: number) => string) =>
          onBroker(Effect.gen(function*() {
            const { js } = yield* Connection
            for (let n = 0; n < published.length; n++) {
              yield* Effect.promise(() => js.publish(`${applianceId}.data.artifacts.unknown`, text(n)))
            }
          }))
        yield* parse(() => "{}")
        const others = yield* check
        yield* others.exit
        assert.notMatch(others.stdout(), /payload/, "what other integrations have there says nothing")
        yield* parse((n) => published[n]!.text)
        yield* parse((n) => published[n]!.text)
        const second = yield* check
        yield* second.exit
        assert.match(
          second.stdout(),
          /does not know finished artifacts\n +→ set "payload": "graph".*if they do not.*"stage": "parsed"/
        )
      }))
  })
})
