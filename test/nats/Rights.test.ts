import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import { lacks } from "../../src/nats/Rights.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"

const password = Redacted.make("p")
const [checkpoints, leases] = ["AZURE_SECURITY_CHECKPOINTS", "AZURE_SECURITY_LEASES"] as const

/** A broker with an administrator, and a user whose publishing is limited; the buckets that are there. */
const world = Effect.fnUntraced(function*(permissions: string, buckets: ReadonlyArray<string>) {
  const { url } = yield* start(
    `authorization { users: [{ user: admin, password: p }, { user: limited, password: p, permissions: { publish: ${permissions} } }] }`
  )
  const by = (user: string) => Layer.build(Layer.fresh(Connection.layer({ servers: [url], user, password })))
  const { jsm, kvm } = yield* Effect.provide(Connection, yield* by("admin"))
  yield* Effect.forEach(buckets, (name) => Effect.promise(() => kvm.create(name, { history: 1 })))
  const found = yield* Effect.provide(lacks, yield* by("limited"))
  const streams = yield* Effect.promise(() => jsm.streams.list().next())
  return {
    found: found.map(({ message }) => message).sort(),
    remedies: found.map(({ remedy }) => remedy),
    names: streams.map(({ config }) => config.name).sort(),
    messages: streams.reduce((sum, { state }) => sum + state.messages, 0)
  }
})

describeNats("the rights of a user of the broker", () => {
  for (
    const [what, permissions, buckets, expected] of [
      ["everything, and no bucket is there", `">"`, [], []],
      ["everything, and the buckets are there", `">"`, ["INTEGRATIONS", checkpoints, leases], []],
      [
        "no making of buckets, and none is there",
        `{ deny: ["$JS.API.STREAM.CREATE.>"] }`,
        [],
        [checkpoints, leases].map((name) =>
          `the bucket ${name} is missing, and the broker's permissions refuse $JS.API.STREAM.CREATE.KV_${name}`
        )
      ],
      ["no making of buckets, and they are there", `{ deny: ["$JS.API.STREAM.CREATE.>"] }`, [checkpoints, leases], []],
      ["no writing of checkpoints", `{ deny: ["$KV.${checkpoints}.>"] }`, [checkpoints, leases], [
        `the bucket ${checkpoints} cannot be used: the broker's permissions refuse $KV.${checkpoints}.>`
      ]],
      [
        "no following of the settings",
        `{ deny: ["$JS.API.CONSUMER.CREATE.KV_INTEGRATIONS.>", "$JS.API.CONSUMER.CREATE.KV_INTEGRATIONS"] }`,
        ["INTEGRATIONS", checkpoints, leases],
        ["the bucket INTEGRATIONS cannot be used: the broker's permissions refuse $JS.API.CONSUMER.CREATE.KV_INTEGRATIONS"]
      ],
      ["no reading of leases", `{ deny: ["$JS.API.STREAM.MSG.GET.KV_${leases}"] }`, [checkpoints, leases], [
        `the bucket ${leases} cannot be used: the broker's permissions refuse $JS.API.STREAM.MSG.GET.KV_${leases}`
      ]],
      ["no look at the settings", `{ deny: ["$JS.API.STREAM.INFO.KV_INTEGRATIONS"] }`, ["INTEGRATIONS"], [
        "the bucket INTEGRATIONS cannot be used: the broker's permissions refuse $JS.API.STREAM.INFO.KV_INTEGRATIONS"
      ]]
    ] as const
  ) {
    it.live(`with ${what}: names what is missing, makes no bucket and writes nothing`, () =>
      Effect.gen(function*() {
        const { found, messages, names, remedies } = yield* world(permissions, buckets)
        assert.deepStrictEqual(found.map((one) => one.replace(/(CONSUMER\.CREATE\.\w+)\..*/, "$1")), [...expected])
        assert.deepStrictEqual(names, buckets.map((name) => `KV_${name}`).sort())
        assert.strictEqual(messages, 0)
        for (const remedy of remedies) assert.match(remedy, /^let this user of the broker publish to \$/)
      }))
  }
})
