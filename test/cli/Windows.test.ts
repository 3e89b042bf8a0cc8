import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Process from "../support/Process.ts"
import { settingsFile } from "../support/RunFiles.ts"

/** The program on this machine's system, told that it is Windows. */
it.layer(NodeServices.layer, { excludeTestServices: true })("on Windows", (it) => {
  it.effect("a directory is locked by a named pipe, files have no modes and owners, and opening one follows links", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { directory, file } = yield* settingsFile()
      const windows =
        "data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'});process.getuid=undefined"
      // Nobody listens there: nothing of it matters but that polling begins.
      const env = { NODE_OPTIONS: `--import="${windows}"`, HTTPS_PROXY: "http://127.0.0.1:9" }
      const run = Process.start(["run", "--no-listen", "--config", file], env, directory)
      const first = yield* run
      yield* first.says(/at the proxy 127.0.0.1:9/)
      const second = yield* run
      assert.strictEqual(yield* second.exit, 2)
      assert.include(second.stderr(), `held by another writer (process ${first.child.pid})`)
      // To a Unix the name of a pipe is that of a socket.
      assert.match((yield* fs.readDirectory(directory)).join(" "), /\\\\\.\\pipe\\azure-security-/)
    }))
})
