/** Asks a running connector over HTTP, for the commands that need one. */
import { Effect, Option, Predicate, type Redacted, Schema } from "effect"
import { Flag } from "effect/cli"
import { HttpClientError } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { variable } from "../config/EnvironmentVariable.ts"
import { Api } from "../http/Api.ts"
import { listenDefault } from "./Listening.ts"
import * as PageToken from "./PageToken.ts"

/** Nothing answers at the address, or no connector of this version. */
export class Silent extends Schema.TaggedError<Silent>()("Silent", { url: Schema.String }) {
  override get message() {
    return `no connector answers at ${this.url}: start one with run, or name its address with --url`
  }
}

/** The connector refused what this machine's token asks for. */
export class AskRefused extends Schema.TaggedError<AskRefused>()("AskRefused", {
  url: Schema.String,
  why: Schema.String
}) {
  override get message() {
    return `the connector at ${this.url} refused the request: ${this.why}`
  }
}

/** The flag `--url` of all commands that ask a connector. */
export const url = Flag.String("url").pipe(
  Flag.withMetavar("URL"),
  Flag.optional,
  Flag.withDescription(
    `Where the connector listens; by default on this machine, at the port of AZURE_SECURITY_LISTEN, else http://${listenDefault}`
  )
)

/** The address that a command asks. A connector that listens on every address of the machine is asked on its loopback. */
export const addressOf = (given: Option.Option<string>): Effect.Effect<string> =>
  Option.isSome(given)
    ? Effect.succeed(given.value)
    : Effect.map(variable("AZURE_SECURITY_LISTEN"), (listen) =>
      `http://${
        Option.getOrElse(listen, () => listenDefault).replace(/^(?:0\.0\.0\.0|\[::\]|localhost)(?=:)/, "127.0.0.1")
      }`)

/** `localhost` may be two addresses, and on one of them another program may listen. */
const exact = (at: string) => at.replace(/\/+$/, "").replace(/^(http:\/\/)localhost(?=:|$)/i, "$1127.0.0.1")

const clientAt = (at: string) => HttpApiClient.make(Api, { baseUrl: exact(at) })

/** The interface of a running connector. */
export type Client = Effect.Success<ReturnType<typeof clientAt>>

const tagOf = (error: unknown) => Predicate.hasProperty(error, "_tag") ? error._tag : undefined

/**
 * Asks the connector at an address, and waits 10 seconds at most. Only when the connector demands a sign-in, the token is
 * searched, its knowledge proved, and the request given the token.
 */
export const ask = Effect.fnUntraced(
  function*<A, E, R>(
    { config, url: at }: { readonly config: Option.Option<string>; readonly url: string },
    request: (client: Client, token: Option.Option<Redacted.Redacted>) => Effect.Effect<A, E, R>
  ) {
    const once = (client: Client, token = Option.none<Redacted.Redacted>()) =>
      Effect.timeout(request(client, token), "10 seconds")
    const silent = () => new Silent({ url: at })
    return yield* Effect.catch(Effect.flatMap(clientAt(at), (client) => once(client)), (error) =>
      Effect.gen(function*() {
        if (tagOf(error) === "NotAllowed") {
          return yield* new AskRefused({ url: at, why: (error as { readonly why: string }).why })
        }
        if (HttpClientError.isHttpClientError(error) && error.response?.status === 421) {
          return yield* new AskRefused({
            url: at,
            why: "it does not have this name; use its address, or set page.public_url"
          })
        }
        if (tagOf(error) !== "SignInNeeded") return yield* silent()
        const token = yield* PageToken.find(config)
        const client = yield* HttpApiClient.make(Api, {
          baseUrl: exact(at),
          transformClient: PageToken.proving(token)
        })
        return yield* Effect.mapError(once(client, Option.some(token)), (refusal) =>
          tagOf(refusal) === "SignInNeeded" || tagOf(refusal) === "TooManyRequests"
            ? new AskRefused({
              url: at,
              why:
                "it has another token than these settings lead to, or passes requests on: ask the connector at its own address, or at page.public_url"
            })
            : silent())
      }))
  }
)
