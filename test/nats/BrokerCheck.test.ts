import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { look } from "../../src/nats/BrokerCheck.ts"
import { Connection, type ConnectionOptions } from "../../src/nats/Connection.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"

describeNats("the check of the broker", () => {
  for (
    const [what, more, host, isExposed] of [
      ["credentials", { user: "u", password: Redacted.make("p") }, "0.0.0.0", true],
      ["a CA", { tls: { ca: "/dev/null" } }, "0.0.0.0", true],
      ["nothing to protect", {}, "0.0.0.0", false],
      ["credentials on this machine", { user: "u", password: Redacted.make("p") }, "127.0.0.1", false]
    ] as const satisfies ReadonlyArray<readonly [string, Partial<ConnectionOptions>, string, boolean]>
  ) {
    it.live(`says whether somebody in between could read along, with ${what} and without TLS`, () =>
      Effect.gen(function*() {
        const { url } = yield* start()
        const { kvm } = yield* Effect.provide(Connection, yield* Layer.build(Connection.layer({ servers: [url] })))
        yield* Effect.promise(() => kvm.create("INTEGRATIONS"))
        const servers = [url.replace("127.0.0.1", host)]
        const connection = { servers, allowsPlaintext: true, ...more }
        const found = yield* look({ connection, applianceId: "one", orgId: undefined, caFile: undefined })
        assert.strictEqual(found.isExposed, isExposed)
      }))
  }
})
