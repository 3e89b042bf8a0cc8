/** The connection to the broker, and the only module that opens one. */
import { jetstream, type JetStreamClient, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import { Kvm } from "@nats-io/kv"
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
  type Status,
  tokenAuthenticator,
  usernamePasswordAuthenticator
} from "@nats-io/transport-node"
import { Context, Duration, Effect, Layer, Redacted, Schedule, Schema, Stream, SubscriptionRef } from "effect"
import { readFileSync, statSync } from "node:fs"
import { credentialBytesMax } from "../domain/Bounds.ts"
import { describe, noAnswer } from "./NatsFailure.ts"

/**
 * The broker's addresses and the client's credentials. Files are read again at each connection attempt, so that renewed
 * files are used.
 */
export interface ConnectionOptions {
  /** `nats://HOST:PORT`; with `tls://`, a broker without TLS is refused. */
  readonly servers: ReadonlyArray<string>
  /** Name of this client in the broker's own lists. */
  readonly name?: string
  readonly user?: string
  readonly password?: Redacted.Redacted
  readonly token?: Redacted.Redacted
  /** Path of a `.creds` file: a user's JWT and its key. */
  readonly credentials?: string
  /** Whether a broker without TLS may be spoken to, credentials included, although `tls` is set; false by default. */
  readonly allowsPlaintext?: boolean
  /** Timeout of one request; {@link answerMax} by default. */
  readonly answerMax?: Duration.Duration
  /** Paths of PEM files, used when the broker speaks TLS. Without `ca`, Node's own certificates are trusted. */
  readonly tls?: { readonly ca?: string; readonly certificate?: string; readonly key?: string }
}

// Measured: with these options and re-sent unacknowledged messages, no kill of the broker lost or duplicated a message.
const robust = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 250,
  reconnectJitter: 100,
  reconnectJitterTLS: 100,
  // A password may be rotated while the process runs: the library would otherwise close for good after two refusals.
  ignoreAuthErrorAbort: true,
  timeout: 3000,
  pingInterval: 10_000,
  maxPingOut: 2,
  // Creating an `Error` for each request costs a third of the throughput.
  noAsyncTraces: true
} satisfies NodeConnectionOptions

/** Wait between two connection attempts until a broker was reached for the first time. */
const dialAgain = Schedule.spaced("250 millis")

/**
 * Default timeout of one request. A running broker answers within milliseconds, and a stop that waits for a few
 * requests in a row must end within ten seconds.
 */
export const answerMax = Duration.seconds(2)

/** Refusals of the broker that are remembered, to log each once. */
const refusalsMax = 64

/** Timeout of the drain at a stop: a silent broker must not delay the stop. */
const drainMax = Duration.seconds(2)

class DialFailed extends Schema.TaggedError<DialFailed>()("DialFailed", {
  detail: Schema.String,
  /** Whether the broker was reached and offers no TLS. */
  withoutTls: Schema.Boolean
}) {
  override get message() {
    return this.detail
  }
}

const authenticatorOf = (options: ConnectionOptions): Authenticator | undefined => {
  const { credentials, password, token, user } = options
  if (credentials !== undefined) {
    let last: Uint8Array | undefined
    return (nonce) => {
      // An exception in an authenticator closes the client for good, and a file is missing for a moment while it is
      // renewed.
      try {
        // What is no regular file of a few KiB holds no credentials.
        const info = statSync(credentials)
        if (!info.isFile() || info.size > credentialBytesMax) {
          throw new Error(`${credentials} is no file of credentials`)
        }
        last = readFileSync(credentials)
      } catch (error) {
        if (last === undefined) throw error
      }
      return credsAuthenticator(last)(nonce)
    }
  }
  if (token !== undefined) return tokenAuthenticator(() => Redacted.value(token))
  if (user !== undefined) {
    return usernamePasswordAuthenticator(user, () => password === undefined ? "" : Redacted.value(password))
  }
  return undefined
}

const tlsOf = ({ servers, tls }: ConnectionOptions): NodeConnectionOptions["tls"] =>
  tls === undefined && !isTlsRequired(servers) ? undefined : {
    ...(tls?.ca === undefined ? {} : { caFile: tls.ca }),
    ...(tls?.certificate === undefined ? {} : { certFile: tls.certificate }),
    ...(tls?.key === undefined ? {} : { keyFile: tls.key })
  }

const isTlsRequired = (servers: ReadonlyArray<string>) => servers.some((server) => server.startsWith("tls://"))

/** What a broker knows this client by. A client certificate is one: what it is asked for is meant for that broker only. */
export const hasCredentials = ({ credentials, tls, token, user }: ConnectionOptions): boolean =>
  (user ?? token ?? credentials ?? tls?.certificate) !== undefined

/** Whether a broker that offers no TLS may be spoken to without it. Whoever is in between may say that it offers none. */
const mayBePlain = (options: ConnectionOptions) =>
  !isTlsRequired(options.servers) && (!hasCredentials(options) || options.allowsPlaintext === true)

/** Opens one connection, and closes it again when the fiber was interrupted meanwhile. */
const dial = (options: NodeConnectionOptions) =>
  Effect.callback<NatsConnection, DialFailed>((resume) => {
    let wanted = true
    connect(options).then((nc) => wanted ? resume(Effect.succeed(nc)) : void nc.close(), (cause: unknown) => {
      const detail = describe(cause)
      resume(Effect.fail(new DialFailed({ detail, withoutTls: detail.includes("does not support 'tls'") })))
    })
    return Effect.sync(() => {
      wanted = false
    })
  })

/** Connects until a broker answers, and logs each new reason for waiting once. */
const dialUntilUp = Effect.fnUntraced(function*(options: ConnectionOptions) {
  const names = options.servers.join(", ")
  const authenticator = authenticatorOf(options)
  const withTls = tlsOf(options)
  let tls = withTls
  let said: string | undefined
  const attempt = Effect.gen(function*() {
    const nc = yield* dial({
      ...robust,
      servers: [...options.servers],
      name: options.name ?? "azure-security",
      ...(authenticator === undefined ? {} : { authenticator }),
      // A broker tells the addresses of others before TLS begins. Only a CA of its own keeps those to which somebody in
      // between points from getting the credentials.
      ignoreClusterUpdates: hasCredentials(options) && options.tls?.ca === undefined,
      ...(tls === undefined ? {} : { tls })
    })
    // The library forgets for good a server that did not answer the first time.
    nc.setServers([...options.servers])
    return nc
  }).pipe(Effect.tapError(Effect.fnUntraced(function*({ detail, withoutTls }) {
    if (withoutTls && tls !== undefined && mayBePlain(options)) {
      tls = undefined
      return yield* Effect.logWarning(
        `the broker ${names} speaks no TLS: the connection to it is not encrypted; write tls:// to insist on it`
      )
    }
    if (detail === said) return
    said = detail
    if (withoutTls && hasCredentials(options)) {
      return yield* Effect.logWarning(
        `the broker ${names} offers no TLS and is not trusted with credentials and artifacts: turn TLS on there, or find out who answers in its place; waiting for it${
          isTlsRequired(options.servers) ? "" : "; NATS_ALLOW_PLAINTEXT=1 sends everything unencrypted"
        }`
      )
    }
    // With TLS 1.3, a broker that demands a client certificate closes the connection without a reason.
    const hint = tls !== undefined && tls !== null && tls.certFile === undefined && detail === noAnswer
      ? "; it may ask for a client certificate"
      : ""
    yield* Effect.logWarning(`no connection to the broker ${names}: ${detail}${hint}; waiting for it`)
  })))
  // The schedule never ends, so no failure of the broker is left here.
  const nc = yield* Effect.orDie(Effect.retry(attempt, dialAgain))
  if (said !== undefined) yield* Effect.logInfo(`connected to the broker: ${nc.getServer()}`)
  const { tls_available, tls_required } = nc.info ?? {}
  return { nc, isEncrypted: tls_required === true || (tls_available === true && tls !== undefined) }
})

const release = (nc: NatsConnection) =>
  Effect.promise(() => nc.drain().catch(() => undefined)).pipe(
    Effect.timeoutOption(drainMax),
    Effect.andThen(Effect.promise(() => nc.close()))
  )

/** Whether the broker is connected at the moment. */
export type Presence = "here" | "away"

const presenceOf = (status: Status): Presence | undefined =>
  status.type === "disconnect" ? "away" : status.type === "reconnect" ? "here" : undefined

/**
 * Service of the connection to the broker.
 *
 * The layer waits for a broker that is not up, and the connection retries for ever after an outage; the log reports
 * both once. It closes only with its scope, after all messages were flushed.
 *
 * A message published during an outage is lost without an error: only an acknowledged publish counts, and
 * unacknowledged messages must be sent again. Subscriptions are restored automatically.
 */
export class Connection extends Context.Service<Connection, {
  readonly nc: NatsConnection
  readonly js: JetStreamClient
  readonly jsm: JetStreamManager
  readonly kvm: Kvm
  /** Whether the broker that was reached first is spoken to over TLS. */
  readonly isEncrypted: boolean
  /** Changes after the client has restored its subscriptions. */
  readonly presence: SubscriptionRef.SubscriptionRef<Presence>
}>()("azure-security/nats/Connection") {
  static readonly layer = (options: ConnectionOptions): Layer.Layer<Connection> =>
    Layer.effect(
      Connection,
      Effect.gen(function*() {
        const { isEncrypted, nc } = yield* Effect.acquireRelease(dialUntilUp(options), ({ nc }) => release(nc), {
          interruptible: true
        })
        const presence = yield* SubscriptionRef.make<Presence>("here")
        /** Refusals that were logged since the broker came: several may take turns. */
        const refused = new Set<string>()
        yield* Stream.fromAsyncIterable(
          nc.status(),
          (cause) => new DialFailed({ detail: describe(cause), withoutTls: false })
        )
          .pipe(
            Stream.runForEach(Effect.fnUntraced(function*(status) {
              const now = presenceOf(status)
              if (now !== undefined && now !== (yield* SubscriptionRef.get(presence))) {
                yield* SubscriptionRef.set(presence, now)
                refused.clear()
                yield* now === "away"
                  ? Effect.logWarning(
                    `the broker is away; reconnecting until it is back${
                      tlsOf(options) === undefined ? "" : ", with TLS only"
                    }`
                  )
                  : Effect.logInfo(`the broker is back: ${nc.getServer()}`)
              }
              if (status.type !== "error") {
                return
              }
              const detail = describe(status.error)
              if (refused.has(detail)) {
                return
              }
              if (refused.size >= refusalsMax) refused.clear()
              refused.add(detail)
              yield* Effect.logWarning(`the broker refuses: ${detail}`)
            })),
            Effect.ignore,
            Effect.forkScoped
          )
        const timeout = Duration.toMillis(options.answerMax ?? answerMax)
        const js = jetstream(nc, { timeout })
        return Connection.of({
          nc,
          isEncrypted,
          js,
          // No request here: the broker may be away again, or refuse the request to this user.
          jsm: yield* Effect.promise(() => jetstreamManager(nc, { checkAPI: false, timeout })),
          kvm: new Kvm(js),
          presence
        })
      })
    )
}
