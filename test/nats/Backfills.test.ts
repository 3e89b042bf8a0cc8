/** Backfills into a stream of the broker that forgets. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { cpSync, rmSync } from "node:fs"
import { appliance, documentOf, onlyAlerts } from "../support/Appliance.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { stream } from "../support/NatsStream.ts"

describeNats("a backfill into the broker's stream", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("is the only one of its tenant, under whichever instance's name it is run", () =>
      Effect.gen(function*() {
        const { command, put, stored } = yield* appliance({ alerts: 300, incidents: 0, legacyAlerts: 0 })
        const twins = ["prod", "twin"]
        for (const name of twins) yield* put(name, documentOf({ ...onlyAlerts, enabled: false }))
        const both = yield* Effect.forEach(twins, (name) =>
          command("backfill", "--instance", name, "--from", "2020-01-01"))
        assert.deepStrictEqual(
          (yield* Effect.forEach(both, ({ exit }) => exit)).toSorted(),
          [0, 2]
        )
        assert.match(both.map(({ stderr }) => stderr()).join(""), /another backfill of prod runs, in the hands of /)
        const ids = (yield* stored).map(({ id }) => id)
        assert.isAbove(ids.length, 300)
        assert.strictEqual(new Set(ids).size, ids.length)
      }), 60_000)

    it.effect(
      "gives its lease back at its end, and when it is run again it publishes what the stream has lost",
      () =>
        Effect.gen(function*() {
          const one = yield* appliance({ alerts: 100, incidents: 0, legacyAlerts: 0 })
          const { broker, command, count, put, stored } = one
          yield* put("prod", documentOf({ ...onlyAlerts, enabled: false }))
          const backfill = Effect.gen(function*() {
            const process = yield* command("backfill", "--instance", "prod", "--from", "2020-01-01")
            assert.strictEqual(yield* process.exit, 0, process.stdout() + process.stderr())
            return process.stdout() + process.stderr()
          })
          const directory = `${broker.store}/jetstream/$G/streams/${stream}`
          const restarted = (meanwhile: () => void) =>
            Effect.gen(function*() {
              yield* broker.kill
              meanwhile()
              yield* broker.restart
              // Answered once the test is connected again.
              return yield* count
            })
          yield* count
          yield* restarted(() => cpSync(directory, `${broker.store}/older`, { recursive: true }))
          yield* backfill
          const published = yield* count
          assert.isAbove(published, 100)
          assert.notInclude(yield* backfill, "no longer has")
          assert.strictEqual(yield* count, published)

          const left = yield* restarted(() => {
            rmSync(directory, { recursive: true })
            cpSync(`${broker.store}/older`, directory, { recursive: true })
          })
          assert.strictEqual(left, 0)
          assert.include(yield* backfill, `no longer has ${published} artifacts that it had acknowledged`)
          const ids = (yield* stored).map(({ id }) => id)
          assert.strictEqual(ids.length, published)
          assert.strictEqual(new Set(ids).size, published)
          assert.notInclude(yield* backfill, "no longer has")
        }),
      60_000
    )
  })
})
