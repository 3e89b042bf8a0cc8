import { defineConfig } from "vitest/config"

/**
 * The tests that need no bundle, browser or broker, without those that take seconds: laws over many cases, many tenants,
 * days of simulated time, runs of the whole model. `npm test` runs all.
 */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/{bench,cli,documents,endpoints,kills,nats,page,simulator}/**",
      "test/Bounds.test.ts",
      "test/artifacts/{Laws,OcsfLaws}.test.ts",
      "test/checkpoints/Inventory.test.ts",
      "test/config/{Audit,DirectoryLock,Grant}.test.ts",
      "test/graph/{Fuzz,Services}.test.ts",
      "test/graph/body/PageBytes.test.ts",
      "test/http/Interface.test.ts",
      "test/instances/{Outages,Recovery}.test.ts",
      "test/polling/{Clocks,Crash,Day,Fairness,FortyTenants,Hostile,Identity,Interest,Interruption,Inventories,Kills,LateRows,Links,Lists,Model,ModelPure,Negotiation,Order,Owed,Polling,Readings,Recovery,RefusedStreams,Soak,Stalls,Stories,Windows}.test.ts",
      "test/publishing/{Hostile,HostileEvents}.test.ts",
      "test/search/{FileSearch,Following,Queries,Syntax}.test.ts",
      "test/sinks/Compressing.test.ts",
      "test/status/{Activity,Green}.test.ts"
    ],
    testTimeout: 60_000,
    maxWorkers: 2,
    isolate: false
  }
})
