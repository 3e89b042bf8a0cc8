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

class LongestFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => {
      const index = first.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return index < 0 ? first.length : index
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

/** They hold the program to a second, and run after all others, with nothing beside them. */
const alone = ["cli/Hostile"]

const files = (names) => names.map((name) => `test/${name}.test.ts`)

for (const name of files([...first, ...alone])) {
  if (!existsSync(name)) throw new Error(`config/vitest.config.mjs: there is no ${name}`)
}

export default defineConfig({
  define: endpoints,
  test: {
    globalSetup: "config/vitest.setup.mjs",
    testTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    // Each worker loads the program once for all its files, a third of the suite's processor time otherwise; no test leaves
    // anything behind.
    isolate: false,
    projects: [{
      extends: true,
      test: {
        name: "most",
        include: ["test/**/*.test.ts"],
        exclude: files(alone),
        // Three, also on two cores: many wait for processes, brokers and browsers of their own. Some hold a promise of
        // seconds. With four the suite took no less time.
        maxWorkers: 3,
        sequence: { groupOrder: 0 }
      }
    }, { extends: true, test: { name: "alone", include: files(alone), maxWorkers: 1, sequence: { groupOrder: 1 } } }]
  }
})
