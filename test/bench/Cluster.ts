/**
 * Lets faults loose on a cluster of three brokers and three replicas for ten minutes, with thirty tenants, and prints what came
 * of it: `node test/bench/Cluster.ts [MINUTES]`. It ends with 1 when something was lost, came twice or was polled by two.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Duration, Effect } from "effect"
import { run } from "../support/Chaos.ts"
import { text } from "../support/Json.ts"

const minutes = Number(process.argv[2] ?? 10)

const main = Effect.gen(function*() {
  const began = performance.now()
  const result = yield* run({
    lasts: Duration.minutes(minutes),
    faultEvery: Duration.seconds(20),
    instances: 30,
    replicas: 3,
    alerts: 10,
    pages: { size: 5, millis: 1000 },
    waveEvery: Duration.seconds(30),
    say: (text) => void process.stdout.write(`${Math.round((performance.now() - began) / 1000)} s: ${text}\n`)
  })
  for (const [name, value] of Object.entries(result)) process.stdout.write(`${name}: ${text(value)}\n`)
  const { alarms, distinct, lost, messages, overlaps } = result
  process.exitCode = lost === 0 && distinct === messages && overlaps === 0 && alarms.length === 0 ? 0 : 1
})

NodeRuntime.runMain(Effect.provide(main, NodeServices.layer))
