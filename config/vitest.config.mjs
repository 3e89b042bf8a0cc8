import { existsSync } from "node:fs"
import { defineConfig } from "vitest/config"
import { BaseSequencer } from "vitest/node"
import endpoints from "./endpoints.mjs"

/**
 * These take longest, and are begun first: as a rule one that is kept busy beside one that waits, for seconds that it holds
 * the program to. In the runner's own order two browsers ran beside each other, and the kills came last and alone.
 */
const first = [
  "page/Integrations",
  "nats/Conductor",
  "page/SearchView",
  "nats/NatsLeases",
  "cli/FaultMatrix",
  "cli/Kill",
  "cli/Run",
  "page/ActivityView"
]

for (const name of first) {
  if (!existsSync(`test/${name}.test.ts`)) throw new Error(`config/vitest.config.mjs: there is no test/${name}.test.ts`)
}

class LongestFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => {
      const index = first.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return index < 0 ? first.length : index
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  define: endpoints,
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "config/vitest.setup.mjs",
    testTimeout: 60_000,
    // Two, also on two cores: many tests wait for processes, brokers and browsers of their own, and some hold a promise
    // of seconds. Each worker loads the program once for all its files, a third of the suite's processor time otherwise;
    // no test leaves anything behind.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    isolate: false
  }
})
