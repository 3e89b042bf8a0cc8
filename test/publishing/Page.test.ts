import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { open } from "../../src/checkpoints/Ledger.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { prepare } from "../../src/publishing/Page.ts"

const now = Date.UTC(2026, 10, 20)
const at = (minutes: number) => Timestamp.fromMillis(now - minutes * 60_000)
const evidence = { "@odata.type": "#microsoft.graph.security.ipEvidence", ipAddress: "198.51.100.7" }
const alert = (id: string, minutes: number) => ({ id, lastUpdateDateTime: at(minutes), evidence: [evidence, evidence] })

const pageOf = (records: ReadonlyArray<unknown>, isKnown: (id: string) => boolean) =>
  prepare({
    instance: "one",
    endpoint: endpoints.alerts_v2,
    context: { tenantId: "tenant", displayName: "One", senderHost: "record", graphHost: "graph.microsoft.com" },
    page: {
      records: records.map((value) => ofValue(value)),
      release: () => {},
      nextLink: undefined,
      count: undefined,
      at: now,
      providerWarnings: []
    },
    isKnown,
    passed: undefined,
    now
  })

describe("a page", () => {
  it.effect("brings each record, evidence and dead letter once, and not again once its keys are remembered", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t")
      const bad = { displayName: "no id" }
      // The second version of the alert has the same evidence as the first.
      const records = [bad, alert("a", 3), alert("a", 3), alert("b", 2), alert("a", 1), bad, 5]
      const first = pageOf(records, ledger.has)
      const once = Array.from(first.batch.artifacts, ({ id }) => id)
      assert.strictEqual(once.length, 3 + 2 * 2)
      assert.strictEqual(new Set(once).size, once.length)
      assert.deepStrictEqual(Array.from(first.batch.deadLetters, ({ reason }) => reason), ["no_id", "not_an_object"])
      // Whoever goes through it again finds the same.
      assert.deepStrictEqual(Array.from(first.batch.artifacts, ({ id }) => id), once)
      const { artifacts, deadLetters, fresh, keys, repeated } = first.brought()
      assert.deepStrictEqual([artifacts, deadLetters.length, fresh, repeated], [once.length, 2, 3 + 2, 1 + 1])
      assert.strictEqual(keys.size, once.length + 2)

      yield* ledger.append(keys, { reached: at(1), floor: at(60), at: now })
      const second = pageOf([...records, alert("c", 0)], ledger.has)
      assert.strictEqual(Array.from(second.batch.artifacts).length, 3)
      assert.deepStrictEqual(Array.from(second.batch.deadLetters), [])
      assert.strictEqual(second.brought().repeated, records.length)
    }).pipe(Effect.provide(Layer.fresh(StateStore.layerMemory))))
})
