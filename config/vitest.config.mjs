import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "config/vitest.setup.mjs",
    testTimeout: 60_000,
    // Two, also on two cores: many tests wait for processes and brokers of their own.
    maxWorkers: 2
  }
})
