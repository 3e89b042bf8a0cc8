/** The real program with its own settings, and the simulated Microsoft that it polls. */
import { Effect, type Scope } from "effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Process from "../support/Process.ts"

/** The ID of a tenant. Each test has its own tenants, and its own faults. */
export const tenant = (digit: number) => `${digit}${digit}111111-1111-4111-8111-111111111111`
export const clientId = "22222222-2222-4222-8222-222222222222"

/** Starts a simulated Microsoft, and returns its origin. */
export const microsoft: Effect.Effect<string, never, Scope.Scope> = Effect.gen(function*() {
  const simulate = yield* Process.start(["simulate", "--port", "0"])
  return (yield* simulate.says(/http:\/\/127\.0\.0\.1:\d+/))
})

/** Makes Microsoft answer a tenant with a fault. */
export const strike = (origin: string, fault: object): Effect.Effect<void> =>
  Effect.promise(async () => {
    const answer = await fetch(`${origin}/simulator/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault)
    })
    if (!answer.ok) throw new Error(await answer.text())
  })

export const instance = (origin: string, digit: number, more: object = {}) => ({
  enabled: true,
  integration_type: "microsoft_graph",
  poll_interval_minutes: 5,
  credentials: { tenant_id: tenant(digit), client_id: clientId, client_secret: "simulated" },
  cloud: { login: origin, graph: origin },
  ...more
})

export interface Program {
  /** Address of the page, which signs in with the connector's token. */
  readonly url: string
  /** Address of the page that signs nobody in. */
  readonly signedOut: string
  /** The connector's token. */
  readonly token: string
  /** Instances in the settings file now. */
  readonly stored: () => Record<string, { readonly [key: string]: unknown }>
  /** Writes instances into the settings file, as a person with an editor would. */
  readonly store: (instances: object | string) => void
}

/** Starts the program with these instances. */
export const program = (
  instances: object,
  env: Record<string, string> = {},
  listen = "127.0.0.1:0",
  page: object = {}
): Effect.Effect<Program, never, Scope.Scope> =>
  Effect.gen(function*() {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "azure-security-page-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const file = join(directory, "azure-security.json")
    const store = (all: object | string) =>
      writeFileSync(
        file,
        JSON.stringify({
          instances: all,
          sink: { type: "file", directory: join(directory, "artifacts") },
          checkpoint: { directory: join(directory, "checkpoints") },
          page
        }),
        { mode: 0o600 }
      )
    store(instances)
    const run = yield* Process.start(["run", "--config", file, "--listen", listen], env, directory)
    const said = yield* run.says(/the page is http:\S+/)
    const signedOut = said.replace("the page is ", "").replace("0.0.0.0", "127.0.0.1")
    const token = env["AZURE_SECURITY_ADMIN_TOKEN"] ??
      readFileSync(join(directory, "checkpoints", "admin-token"), "utf8").trim()
    return {
      signedOut,
      token,
      url: `${signedOut}#token=${encodeURIComponent(token)}`,
      stored: () => JSON.parse(readFileSync(file, "utf8")).instances,
      store
    }
  })
