/** Finds the token of the page: for a start, which makes one, and for the commands that ask a running connector. */
import { Effect, type FileSystem, flow, Option, type Path, Redacted, Result, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import type { Finding } from "../checks/Finding.ts"
import * as DataDirectory from "../config/DataDirectory.ts"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import type { Admission } from "../http/Access.ts"
import * as AdminToken from "../http/AdminToken.ts"
import { pageHeader } from "../http/Guard.ts"
import { prove } from "../http/TokenProof.ts"
import * as Bootstrap from "../nats/Bootstrap.ts"
import * as BrokerCheck from "../nats/BrokerCheck.ts"
import * as SettingsFlag from "./SettingsFlag.ts"

type Outcome = Pick<Finding, "outcome" | "message" | "remedy">

/** Where Conductor mounts the connector's data, for a sink that names no directory. */
const mounted = "/data/azure-security"

/** Returns the directory of the token's file: that of the checkpoints or, in Conductor, of the sink. */
export const directoryOf = ({ checkpoint, sink }: Settings, isInConductor: boolean): string =>
  isInConductor ? ("directory" in sink ? sink.directory : mounted) : checkpoint.directory

const orLink = "or open the link that the command azure-security page prints"

const reasons = {
  environment: `sign in with the token of AZURE_SECURITY_ADMIN_TOKEN, ${orLink}`,
  checkpoints:
    `sign in with the token in the file ${AdminToken.fileName} in the directory of the checkpoints, ${orLink}`,
  sink: `sign in with the token in the file ${AdminToken.fileName} in the directory of the sink, ${orLink}`
}

const none = (why: string, page: Settings["page"]): Admission => ({ token: Option.none(), why, page })

/** What a start of the connector admits, and the faults and warnings of its token. */
export interface Admitted {
  readonly admission: Admission
  readonly faults: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
}

/** Nobody signs in to a connector with these settings. */
export const nobody = (why: string, page: Settings["page"]): Admitted => ({
  admission: none(why, page),
  faults: [],
  warnings: []
})

/** Takes the token of the environment; without one, that of `otherwise`. */
export const fromEnvironment = <R>(
  page: Settings["page"],
  otherwise: Effect.Effect<Admitted, never, R>
): Effect.Effect<Admitted, never, R> =>
  Effect.matchEffect(AdminToken.ofEnvironment, {
    onFailure: ({ message }) => Effect.succeed({ ...nobody(message, page), faults: [message] }),
    onSuccess: Option.match({
      onNone: () => otherwise,
      onSome: (token) =>
        Effect.succeed({
          admission: { token: Option.some(token), why: reasons.environment, page },
          faults: [],
          warnings: []
        })
    })
  })

/** Takes the token of a file, which is made when it is missing. A fault leaves nobody but those who see the status. */
export const fromFile = (
  settings: Settings,
  isInConductor: boolean
): Effect.Effect<Admitted, never, FileSystem.FileSystem | Path.Path> =>
  Effect.match(AdminToken.readOrMake(directoryOf(settings, isInConductor)), {
    onFailure: ({ message }) => ({
      ...nobody(
        "set AZURE_SECURITY_ADMIN_TOKEN and start again; the connector's log says why it has no token of its own",
        settings.page
      ),
      faults: [`no token for the page: ${message}`]
    }),
    onSuccess: ({ token, warning }) => ({
      admission: {
        token: Option.some(token),
        why: isInConductor ? reasons.sink : reasons.checkpoints,
        page: settings.page
      },
      faults: [],
      warnings: warning === undefined ? [] : [warning.join(": ")]
    })
  })

/** Tests that a start of the connector with these settings has a token, or can make one. Writes nothing. */
export const check = (settings: Settings, isInConductor: boolean) =>
  Effect.gen(function*(): Effect.fn.Return<Outcome, AdminToken.TokenUnusable, FileSystem.FileSystem | Path.Path> {
    const directory = directoryOf(settings, isInConductor)
    if (Option.isSome(yield* AdminToken.ofEnvironment)) {
      const unsafe = yield* Effect.flip(DataDirectory.inspect(directory)).pipe(Effect.option)
      return Option.isSome(unsafe)
        ? {
          outcome: "warning",
          message: `changes of the settings would only be in the log: ${unsafe.value.fault}`,
          remedy: unsafe.value.remedy
        }
        : { outcome: "passed", message: "the token is that of AZURE_SECURITY_ADMIN_TOKEN" }
    }
    yield* AdminToken.inspect(directory)
    const read = yield* Effect.result(AdminToken.read(directory))
    if (Result.isFailure(read)) {
      if (read.failure.isMissing !== true) return yield* read.failure
      return { outcome: "passed", message: `a token would be made in ${directory}` }
    }
    const { warning } = read.success
    return warning === undefined
      ? { outcome: "passed", message: `the token is in ${directory}` }
      : { outcome: "warning", message: warning[0], remedy: warning[1] }
  }).pipe(
    Effect.catch(({ fault, remedy }) => Effect.succeed<Outcome>({ outcome: "failed", message: fault, remedy })),
    Effect.map((outcome): Finding => ({ check: "page", ...outcome }))
  )

/** A command cannot ask the connector, because it has no token. */
export class NoToken extends Schema.TaggedError<NoToken>()("NoToken", { why: Schema.String }) {
  override get message() {
    return `no token to ask the connector with: ${this.why}`
  }
}

const settingsOf = (config: Option.Option<string>) =>
  Effect.gen(function*() {
    const isInConductor = Option.isNone(config) && (yield* Bootstrap.isInConductor)
    const settings = isInConductor
      ? (yield* BrokerCheck.look(yield* Bootstrap.read())).settings
      : yield* Effect.provide(Effect.map(SettingsSource, ({ initial }) => initial), SettingsFlag.layer(config))
    return { isInConductor, settings }
  }).pipe(Effect.mapError((error) =>
    new NoToken({
      why: `${
        (error._tag === "Refusal" ? error.faults.join("; ") : error.message).replaceAll(/\s+/g, " ")
      }; name the connector's settings with --config, or set AZURE_SECURITY_ADMIN_TOKEN`
    })
  ))

/** Finds the token that the running connector has: in the environment, else in the file that its settings lead to. */
export const find = Effect.fnUntraced(function*(config: Option.Option<string>) {
  const refused = Effect.mapError(({ message }: AdminToken.TokenUnusable) => new NoToken({ why: message }))
  const named = yield* refused(AdminToken.ofEnvironment)
  if (Option.isSome(named)) return named.value
  const { isInConductor, settings } = yield* settingsOf(config)
  return (yield* refused(AdminToken.read(directoryOf(settings, isInConductor)))).token
})

const Challenge = Schema.Struct({ challenge: Schema.String })

/** Makes a client that answers challenges: it proves that it knows the token, and does not send it. */
export const proving = (token: Redacted.Redacted) =>
  flow(
    HttpClient.mapRequest(HttpClientRequest.setHeader(pageHeader, "1")),
    (client) =>
      HttpClient.transformResponse(client, (answer) =>
        Effect.flatMap(answer, (response) =>
          Effect.gen(function*() {
            if (response.status !== 401) return response
            const body = yield* Effect.option(HttpClientResponse.schemaBodyJson(Challenge)(response))
            const url = HttpClientRequest.toUrl(response.request)
            if (Option.isNone(body) || Option.isNone(url)) return response
            const { host, pathname, search } = url.value
            const { method } = response.request
            const proof = prove(Redacted.value(token), body.value.challenge, { method, path: pathname + search, host })
            return yield* client.execute(HttpClientRequest.bearerToken(response.request, proof))
          })))
  )
