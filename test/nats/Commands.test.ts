/** Each command once in Conductor's environment, beside a running connector. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { appliance, documentOf, onlyAlerts, says, until } from "../support/Appliance.ts"
import { describeNats } from "../support/DescribeNats.ts"
import * as Json from "../support/Json.ts"
import { applianceId } from "../support/NatsStream.ts"
import * as Process from "../support/Process.ts"
import { evidenceOf, tenantId } from "../support/RunFiles.ts"

describeNats("commands in Conductor", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect(
      "read and change what is on the broker, and the page's history and the log tell the same",
      () =>
        Effect.gen(function*() {
          const fs = yield* FileSystem.FileSystem
          const { command, count, directory, put, simulator, stored } = yield* appliance({
            alerts: 30,
            incidents: 0,
            legacyAlerts: 0
          })
          const rows = yield* simulator.rows(tenantId, "alerts_v2")
          yield* simulator.setRows(tenantId, "alerts_v2", rows)
          const expected = rows.length + evidenceOf(rows)
          const [port, free] = [yield* Process.freePort, "127.0.0.1:0"]
          const ended = Effect.fnUntraced(function*(code: number, ...words: ReadonlyArray<string>) {
            const process = yield* command(...words)
            assert.strictEqual(yield* process.exit, code, `${words.join(" ")}\n${process.stdout()}${process.stderr()}`)
            return process.stdout() + process.stderr()
          })
          assert.match(yield* ended(0, "checkpoint", "show"), /no instance is set up/)
          yield* put("prod", documentOf(onlyAlerts))
          yield* put("other", documentOf({ ...onlyAlerts, enabled: false }, "33333333-3333-4333-8333-333333333333"))
          assert.match(yield* ended(0, "checkpoint", "show"), /prod alerts_v2\n +no position yet/)
          const connector = yield* command("run", "--listen", `127.0.0.1:${port}`)
          yield* says(connector, /fetched 30 events/)
          assert.strictEqual(yield* count, expected)

          const shown = yield* ended(0, "checkpoint", "show", "--instance", "prod")
          assert.match(shown, /prod alerts_v2\n +published up to 20\d\d-/)
          assert.match(shown, new RegExp(`in the stream DATA_b0f7 up to message ${expected}`))
          const explained = yield* ended(0, "explain")
          assert.match(explained, /prod\n +alerts_v2, every 5 min \(newest record so far 20\d\d-/)
          assert.match(explained, /other: disabled/)
          const status = yield* ended(0, "status", "--url", `http://127.0.0.1:${port}`)
          assert.match(status, /prod: ok, connected/)

          // Another process polls it.
          const rewind = ["checkpoint", "rewind", "--instance", "prod", "--by", "2d", "--yes"]
          const refused = yield* ended(2, ...rewind)
          assert.match(
            refused,
            new RegExp(
              `prod is in the hands of the process ${connector.child.pid} on \\S+: disable the instance on the`
            )
          )
          // Another instance of the same tenant has the same position.
          yield* put("twin", documentOf({ ...onlyAlerts, enabled: false }))
          yield* says(connector, /instance=twin/)
          const twin = yield* ended(2, "checkpoint", "clear", "--instance", "twin", "--yes")
          assert.match(twin, new RegExp(`prod is in the hands of the process ${connector.child.pid} on`))
          yield* put("prod", documentOf({ ...onlyAlerts, enabled: false }))
          yield* says(connector, /settings were changed: enabled/)
          yield* until(
            Effect.map(command(...rewind), ({ exit }) => exit).pipe(
              Effect.flatMap((exit) => exit),
              Effect.map((code) => code === 0)
            ),
            "30 seconds"
          )
          yield* says(connector, /the command rewind was run .*instance=prod .*endpoint=alerts_v2/)
          yield* says(connector, /the command rewind was run .*instance=twin .*endpoint=alerts_v2/)
          assert.match(
            yield* ended(0, "checkpoint", "rewind", "--instance", "prod", "--by", "2d", "--republish", "--yes"),
            /published again, with the same ids/
          )
          const from = "2020-01-01"
          const backfill = yield* ended(0, "backfill", "--instance", "prod", "--from", from)
          assert.match(backfill, /alerts_v2/)
          yield* says(connector, /the command backfill was run .*instance=prod .*endpoint=alerts_v2/)
          yield* ended(0, "checkpoint", "clear", "--instance", "prod", "--yes")
          yield* says(connector, /the command clear was run/)

          // The stream drops what it has; artifacts of the backfill are those of live polling.
          yield* put("prod", documentOf(onlyAlerts))
          yield* says(connector, /fetched 30 events[^]*fetched 30 events/)
          const all = yield* stored
          assert.strictEqual(all.length, expected)
          assert.isTrue(all.every(({ text }) => text.includes(`"appliance_id":"${applianceId}"`)))

          const token = (yield* fs.readFileString(`${directory}/admin-token`)).trim()
          const history = yield* Effect.promise(async () =>
            await (await fetch(`http://127.0.0.1:${port}/api/instances/prod/history`, {
              headers: { authorization: `Bearer ${token}` }
            })).text()
          )
          const commands = Json.parse<ReadonlyArray<{ readonly command?: string; readonly by?: string }>>(history)
            .filter(({ command }) => command !== undefined)
          assert.sameMembers(Array.from(new Set(commands.map(({ command }) => command))), [
            "rewind",
            "republish",
            "backfill",
            "clear"
          ])
          assert.isTrue(commands.every(({ by }) => by === "broker"))

          // After a restart each is in the history once.
          connector.child.kill("SIGTERM")
          yield* connector.exit
          const again = yield* command("run", "--listen", free)
          yield* says(again, /fetched 0 events/)
          assert.notInclude(again.stdout(), "was run")
        }),
      120_000
    )
  })
})
