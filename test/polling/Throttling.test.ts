import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import { graphRefusal, microsoft, token } from "../graph/FakeMicrosoft.ts"
import { settings } from "../support/Connector.ts"

it.effect("only one layer retries a 429: the whole pipeline makes one request before the cooldown and one after it", () =>
  Effect.gen(function*() {
    const fake = yield* microsoft({
      token: [() => token()],
      graph: [() => graphRefusal(429, "TooManyRequests", "", { "retry-after": "5" })]
    })
    const initial = yield* settings()
    const layer = Layer.mergeAll(
      Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemory)),
      ArtifactSink.layerMemory,
      fake.client,
      Reporter.layer,
      PagePermits.layer(8),
      Status.layer("test"),
      SettingsSource.layerConstant(initial)
    )
    yield* Effect.forkChild(Effect.provide(run(false), layer))
    // MSAL loads and settles its promises in real time, which the test clock does not move.
    while ((yield* fake.gets).length === 0) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    for (let second = 0; second < 599; second++) yield* TestClock.adjust("1 second")
    assert.strictEqual((yield* fake.gets).length, 1)
    yield* TestClock.adjust("1 second")
    for (let second = 0; second < 1199; second++) yield* TestClock.adjust("1 second")
    assert.strictEqual((yield* fake.gets).length, 2)
    yield* TestClock.adjust("1 second")
    assert.strictEqual((yield* fake.gets).length, 3)
  }))
