/**
 * Where the connector answers over HTTP.
 *
 * @since 0.1.0
 */
import { NodeHttpServer } from "@effect/platform-node"
import { type Context, Effect, Exit, Layer, Option, Result, type Scope } from "effect"
import { HttpRouter } from "effect/http"
import { createServer } from "node:http"
import * as Routes from "../http/Routes.ts"
import type { Status } from "../status/Status.ts"

/**
 * Where it answers unless told otherwise.
 *
 * @category constants
 * @since 0.1.0
 */
export const listenDefault = "127.0.0.1:9464"

interface Address {
  readonly host: string
  readonly port: number
}

const parseAddress = (text: string): Result.Result<Address, string> => {
  const parts = /^(\[[0-9a-f:.]+\]|[^:\s]+):(\d{1,5})$/i.exec(text.trim())
  const port = Number(parts?.[2])
  return parts === null || port > 65_535
    ? Result.fail(`--listen ${text}: Expected HOST:PORT, such as ${listenDefault}`)
    : Result.succeed({ host: parts[1]!.replace(/^\[|\]$/g, ""), port })
}

const loopback = /^(127\.|localhost$|::1$)/

/** Serves health, status and metrics. */
const serve = ({ host, port }: Address) =>
  Layer.unwrap(Effect.sync(() => {
    const server = createServer()
    // A client that keeps a connection open and asks nothing must not hold up a stop.
    const hangUp = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
    return Layer.merge(HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }), hangUp).pipe(
      Layer.provide(NodeHttpServer.layer(() => server, { host, port }))
    )
  }))

const announce = ({ host, port }: Address) =>
  Effect.gen(function*() {
    yield* Effect.logInfo(`listening on http://${host}:${port} (/status, /metrics, /health/live, /health/ready)`)
    if (loopback.test(host)) return
    yield* Effect.logWarning(`status and metrics can be read from other machines, because --listen names ${host}`)
  })

/**
 * Answers at an address until the scope ends; without one it does not. Returns what is wrong with the address, and says
 * in the log where it answers when asked to.
 *
 * @category running
 * @since 0.1.0
 */
export const listen = Effect.fnUntraced(function*(
  text: Option.Option<string>,
  status: Context.Context<Status>,
  scope: Scope.Scope
) {
  const nowhere = { faults: [] as ReadonlyArray<string>, announce: Effect.void as Effect.Effect<void> }
  if (Option.isNone(text)) return nowhere
  const address = parseAddress(text.value)
  if (Result.isFailure(address)) return { ...nowhere, faults: [address.failure] }
  const served = yield* Effect.exit(
    Layer.buildWithScope(Layer.provide(serve(address.success), Layer.succeedContext(status)), scope)
  )
  return Exit.isSuccess(served) ? { ...nowhere, announce: announce(address.success) } : {
    ...nowhere,
    faults: [
      `${text.value}: the port is in use or cannot be had; choose another with --listen HOST:PORT, or --no-listen`
    ]
  }
})
