/** Commands in Conductor's environment that must not do what they are asked, and say why. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import { appliance, documentOf, onlyAlerts, quiet, says } from "../support/Appliance.ts"
import { describeNats } from "../support/DescribeNats.ts"

type Appliance = Effect.Success<ReturnType<typeof appliance>>

const refused = ({ command }: Appliance) =>
  Effect.fnUntraced(function*(code: number, ...words: ReadonlyArray<string>) {
    const process = yield* command(...words)
    const said = process.stdout() + process.stderr()
    assert.strictEqual(yield* process.exit, code, `${words.join(" ")}\n${said}`)
    return process.stdout() + process.stderr()
  })

describeNats("commands on the broker", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("change no position that an instance has whose settings cannot be read at present", () =>
      Effect.gen(function*() {
        const one = yield* appliance({ ...quiet, alerts: 10 })
        const does = refused(one)
        yield* one.put("prod", documentOf(onlyAlerts))
        // It waits for the first one, which has the same tenant.
        yield* one.put("twin", documentOf(onlyAlerts))
        const connector = yield* one.run
        yield* says(connector, /fetched 10 events/)
        yield* one.put("prod", "{ torn")
        yield* says(connector, /the last good settings stay/)
        const clear = ["checkpoint", "clear", "--instance", "twin", "--yes"] as const
        assert.match(
          yield* does(2, ...clear),
          new RegExp(`prod is polled by the process ${connector.child.pid} on \\S+ with its last good settings`)
        )
        // Nobody polls it any more.
        connector.child.kill("SIGTERM")
        yield* connector.exit
        assert.match(yield* does(0, ...clear), /twin alerts_v2: the position \(20\d\d-.* Done\./)
      }))

    it.effect("do not take a missing bucket of settings for one without instances", () =>
      Effect.gen(function*() {
        const one = yield* appliance(quiet)
        const { jsm } = yield* one.onBroker(Effect.service(Connection))
        yield* Effect.promise(() => jsm.streams.delete("KV_INTEGRATIONS"))
        for (
          const words of [["checkpoint", "show"], ["explain"], ["backfill", "--instance", "prod", "--from", "2026"]]
        ) {
          assert.match(yield* refused(one)(2, ...words), /the broker has no bucket INTEGRATIONS, which Conductor makes/)
        }
      }))

    it.effect("and the connector name the right that keeps the stream from them, as what to do", () =>
      Effect.gen(function*() {
        const subject = "$JS.API.STREAM.NAMES"
        const one = yield* appliance({ ...quiet, alerts: 10 }, {}, subject)
        yield* one.put("prod", documentOf(onlyAlerts))
        const connector = yield* one.run
        yield* says(connector, /\[ERROR\].*cannot be looked for.*; let this user of the broker publish to \S+NAMES /)
        assert.include(yield* refused(one)(1, "check"), `→ let this user of the broker publish to ${subject}`)
      }))

    it.effect("log a right that is missing once, however often and under whatever name it is used", () =>
      Effect.gen(function*() {
        const one = yield* appliance(quiet, {}, "$JS.API.CONSUMER.CREATE.>")
        const said = (yield* refused(one)(2, "check")).match(/the broker refuses: .*(?= {2}at=)/g) ?? []
        assert.isAbove(said.length, 0)
        assert.strictEqual(new Set(said).size, said.length)
        for (const line of said) assert.match(line, /refuse \$JS\.API\.CONSUMER\.CREATE\.KV_[A-Z_]+\.>$/)
      }))

    it.effect("name the right that keeps positions from them", () =>
      Effect.gen(function*() {
        const subject = "$JS.API.STREAM.MSG.GET.KV_AZURE_SECURITY_CHECKPOINTS"
        const one = yield* appliance(quiet, {}, subject)
        yield* one.put("prod", documentOf(onlyAlerts))
        const said = yield* refused(one)(1, "checkpoint", "show")
        assert.include(said, `alerts.checkpoint.json cannot be read: the broker's permissions refuse ${subject}`)
        assert.notInclude(said, "newer version")
      }))
  })
})
