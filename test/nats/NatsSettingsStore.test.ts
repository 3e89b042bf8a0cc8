import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SettingsStore } from "../../src/config/SettingsStore.ts"
import { Connection } from "../../src/nats/Connection.ts"
import { bucket, keyDefault as key } from "../../src/nats/NatsSettingsSource.ts"
import * as NatsSettingsStore from "../../src/nats/NatsSettingsStore.ts"
import { documentOf, suite } from "../config/SettingsStoreSuite.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { connection } from "../support/NatsStream.ts"

const withBucket = Layer.effectDiscard(
  Effect.flatMap(Connection, ({ kvm }) => Effect.promise(() => kvm.create(bucket, { history: 5 })))
)
const store = NatsSettingsStore.layer.pipe(Layer.provideMerge(withBucket), Layer.provideMerge(connection()))

describeNats("NatsSettingsStore", () => {
  suite("NATS", store)

  it.layer(store)((it) => {
    it.effect("keeps an instance under the slug of its name, and its name as display_name", () =>
      Effect.gen(function*() {
        const { kvm } = yield* Connection
        const settings = yield* SettingsStore
        const saved = yield* settings.put("Contoso Prod", documentOf(), null)
        assert.strictEqual(saved.name, "contoso-prod")
        assert.strictEqual(saved.document["display_name"], "Contoso Prod")
        const kv = yield* Effect.promise(() => kvm.open(bucket))
        const entry = yield* Effect.promise(() => kv.get(`${key}.contoso-prod`))
        assert.deepStrictEqual(entry?.json(), saved.document)
      }))
  })

  it.layer(NatsSettingsStore.layer.pipe(Layer.provideMerge(connection())))((it) => {
    it.effect("reports a missing bucket", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip((yield* SettingsStore).put("one", documentOf(), null))
        assert.match(error.message, /there is no bucket INTEGRATIONS yet/)
      }))
  })
})
