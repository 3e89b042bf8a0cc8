import { defineConfig } from "rolldown"

export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  output: { file: "dist/azure-security.js", format: "esm", codeSplitting: false, minify: true }
})
