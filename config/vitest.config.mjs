import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "config/vitest.setup.mjs",
    testTimeout: 60_000,
    // Two, also on two cores: many tests wait for processes, brokers and browsers of their own, and some hold a promise
    // of seconds. Each worker loads the program once for all its files, a third of the suite's processor time otherwise;
    // no test leaves anything behind.
    maxWorkers: 2,
    isolate: false
  }
})
