import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import { watch } from "../../src/nats/Watch.ts"

/** A broker with an empty bucket, whose watches begin when they are let. */
const broker = () => {
  const asked: Array<(begun: { readonly stop: () => void }) => void> = []
  const connection = {
    jsm: { streams: { info: async () => ({ created: "today", state: {} }) } },
    kvm: { open: async () => ({ watch: () => new Promise((begin) => asked.push(begin)) }) }
  }
  return { asked, connection: connection as unknown as Connection["Service"] }
}

it.effect("a watch that begins after it was interrupted is stopped", () =>
  Effect.gen(function*() {
    const { asked, connection } = broker()
    const watching = yield* Effect.forkChild(
      Stream.runDrain(watch("INTEGRATIONS", ">")).pipe(Effect.provideService(Connection, connection)),
      { startImmediately: true }
    )
    yield* Effect.repeat(Effect.yieldNow, { until: () => asked.length > 0 })
    yield* Fiber.interrupt(watching)
    const stopped = yield* Effect.callback<boolean>((resume) => {
      asked[0]!({ stop: () => resume(Effect.succeed(true)) })
    })
    assert.isTrue(stopped)
  }))
