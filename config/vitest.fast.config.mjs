import { defineConfig } from "vitest/config"

/**
 * The tests that need no bundle, browser or broker, without those that take seconds: laws over many cases, many tenants,
 * days of simulated time, runs of the whole model. `npm test` runs all.
 */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/{bench,cli,documents,endpoints,nats,page,simulator}/**",
      "test/Bounds.test.ts",
      "test/artifacts/{Laws,OcsfLaws}.test.ts",
      "test/graph/Fuzz.test.ts",
      "test/graph/body/PageBytes.test.ts",
      "test/http/Interface.test.ts",
      "test/polling/{Clocks,Crash,Fairness,FortyTenants,Hostile,Interruption,Inventories,LateRows,Model,Order,Owed,Polling,Recovery,Soak,Stalls,Stories,Windows}.test.ts",
      "test/publishing/{Hostile,HostileEvents}.test.ts",
      "test/search/FileSearch.test.ts",
      "test/status/Activity.test.ts"
    ],
    testTimeout: 60_000,
    maxWorkers: 2,
    isolate: false
  }
})
