import { defineConfig } from "vitest/config"

export default defineConfig({
  // Two, also on two cores: many tests wait for processes and brokers of their own.
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, maxWorkers: 2 }
})
