import { assert, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"

/** MB of the young generation of a process that makes garbage, of which a part is in use for a while. */
const youngWith = (tend: "grow" | "keep"): number =>
  Number(
    execFileSync(process.execPath, [
      "--input-type=module",
      "--eval",
      `import * as Heap from ${JSON.stringify(new URL("../../src/cli/Heap.ts", import.meta.url).href)}
     import { getHeapSpaceStatistics } from "node:v8"
     const inHand = []
     for (let n = 0; n < 4_000_000; n++) {
       if (n % 10_000 === 0) Heap.${tend}()
       inHand[n % 100_000] = { n, of: [n] }
     }
     console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size / 1e6)`
    ], { encoding: "utf8" })
  )

it("the young generation stays small, and grows up to its limit where it may", () => {
  assert.isBelow(youngWith("keep"), 8)
  assert.approximately(youngWith("grow"), 48, 24)
})
