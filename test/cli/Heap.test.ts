import { assert, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"

/** MB of the young generation of a process that makes garbage, of which a part is in use for a while; 0 for a command. */
const youngWith = (instances: number): number =>
  Number(
    execFileSync(process.execPath, [
      "--input-type=module",
      "--eval",
      `import * as Heap from ${JSON.stringify(new URL("../../src/cli/Heap.ts", import.meta.url).href)}
     import { setImmediate } from "node:timers/promises"
     import { getHeapSpaceStatistics } from "node:v8"
     if (${instances} > 0) Heap.follow().tell(${instances})
     const inHand = []
     for (let n = 0; n < 4_000_000; n++) {
       if (n % 10_000 === 0) await setImmediate()
       inHand[n % 100_000] = { n, of: [n] }
     }
     console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size / 1e6)`
    ], { encoding: "utf8" })
  )

it("the young generation stays small in a command, and grows up to the limit for so many instances", () => {
  assert.isBelow(youngWith(0), 4)
  // V8 may double it once more before the turn of the event loop ends.
  assert.approximately(youngWith(1), 12, 6)
  assert.approximately(youngWith(1000), 48, 24)
})
