/**
 * Reads collections from Microsoft Graph, one page at a time.
 *
 * The client owns tokens, requests and typed errors. It retries only a 401, with a new token. Waiting, retrying and
 * giving up are the poller's job, so that one layer owns each failure.
 */
import { Clock, Context, Effect, type FileSystem, identity, Layer, Option, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { smallBodyBytesMax } from "../domain/Bounds.ts"
import type { Collection, ServiceName } from "../endpoints/EndpointDefinition.ts"
import { exchange, requestId } from "./Exchange.ts"
import type { GraphConnection } from "./GraphConnection.ts"
import { GraphError, namingHost } from "./GraphError.ts"
import type { GraphPage } from "./GraphPage.ts"
import { asideBudget, PageBytesMax, timeouts } from "./Limits.ts"
import * as MicrosoftClock from "./MicrosoftClock.ts"
import * as PageAnswer from "./PageAnswer.ts"
import * as Refusal from "./Refusal.ts"
import { retryAfter } from "./RetryAfter.ts"
import { type Budget, BudgetUse, type Rate, services } from "./Services.ts"
import { awaits } from "./Stage.ts"
import type { Token } from "./TokenEndpoint.ts"
import * as Tokens from "./Tokens.ts"

/** One request. `url` is absolute and has been checked to stay on the collection (`NextLink.pin`). */
export interface PageRequest {
  readonly collection: Collection
  readonly url: string
  /** Whether the request may wait: it then uses a small part of the budget, and live polling does not wait for it. */
  readonly aside?: boolean
  /** Whether new values of enums are asked for; true unless Graph refuses the header. */
  readonly prefers?: boolean
  /** Takes room for the page in memory; see `Exchange`. */
  readonly room?: Effect.Effect<void>
  /** Surrounds the parsing of an answer's body, once all of it is there. */
  readonly parsed?: <A, E>(parsing: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** Graph as one application sees one tenant. Requests of all its endpoints share a token and a budget. */
export interface Graph {
  /** Fetches one page. Waits for the request budget and, when no token is held, for a token. */
  readonly fetchPage: (request: PageRequest) => Effect.Effect<GraphPage, GraphError>
  /** Makes the next request fetch a new token; the held one serves until it is issued. */
  readonly outdateToken: Effect.Effect<void>
  /** The held token or a new one, for diagnosis. */
  readonly token: Effect.Effect<{
    readonly value: Redacted.Redacted
    readonly expiresAt: number
    /** `roles` of the token, for diagnosis and never for a decision; empty when they cannot be read. */
    readonly roles: ReadonlyArray<string>
  }, GraphError>
  /**
   * Microsoft's clock in milliseconds since 1970: the machine's, corrected by the last `Date` header. Fetches a token
   * when no Microsoft host has answered yet.
   */
  readonly now: Effect.Effect<number, GraphError>
  /** Milliseconds by which this machine's clock is ahead of Microsoft's; none before a host has answered. Sends nothing. */
  readonly ahead: Effect.Effect<Option.Option<number>>
  /** Requests of the last minute to the security service, whose budget allows 100 in the long run. */
  readonly used: Effect.Effect<number>
}

const isSuccess = (status: number) => status >= 200 && status < 300

/** Makes `ask`: waits for the budget, then sends one request. */
const asking = Effect.fnUntraced(function*(connection: GraphConnection, clock: MicrosoftClock.MicrosoftClock) {
  const http = yield* HttpClient.HttpClient
  const limiter = yield* RateLimiter.RateLimiter
  const bytesMax = yield* PageBytesMax
  const use = yield* BudgetUse
  const { clientId, cloud: { graph }, tenantId } = connection
  const whose: Record<Budget["scope"], ReadonlyArray<string>> = {
    applicationInTenant: [tenantId, clientId],
    tenant: [tenantId],
    application: [clientId]
  }
  // The store is in memory and never fails, and the limiter delays instead of refusing.
  const take = (rate: Rate, ...key: ReadonlyArray<string>) =>
    Effect.orDie(
      RateLimiter.sleep(limiter)({ ...rate, algorithm: "token-bucket", key: [graph, ...key].join(" ").toLowerCase() })
    )
  const budgetOf = (service: ServiceName) =>
    Effect.forEach(services[service].budgets, (each) => take(each[use], service, each.scope, ...whose[each.scope]), {
      discard: true
    })

  /** When the requests of the last minute to the security service were sent, oldest first. */
  const sent: Array<number> = []
  const used = Effect.map(Clock.currentTimeMillis, (now) => {
    while (sent.length > 0 && sent[0]! <= now - 60_000) sent.shift()
    return sent.length
  })

  const ask = Effect.fnUntraced(
    function*(
      url: string,
      token: Token,
      id: string,
      { name, service }: Pick<Collection, "name" | "service">,
      { aside = false, prefers = true, room }: Pick<PageRequest, "aside" | "prefers" | "room">
    ) {
      yield* awaits("budget")
      if (aside) yield* take(asideBudget, service, "aside", ...whose.applicationInTenant)
      yield* budgetOf(service)
      yield* awaits("Graph")
      if (service === "security") sent.push(yield* Clock.currentTimeMillis)
      yield* used
      const answer = yield* exchange(
        http,
        HttpClientRequest.get(url).pipe(
          HttpClientRequest.bearerToken(token.value),
          HttpClientRequest.acceptJson,
          HttpClientRequest.setHeaders({
            ...services[service].headers,
            ...(prefers ? { prefer: "include-unknown-enum-members" } : {}),
            "client-request-id": id
          })
        ),
        {
          timeout: timeouts.request,
          endpoint: name,
          bytesMax,
          errorBytesMax: smallBodyBytesMax,
          ...(room === undefined ? {} : { room })
        }
      )
      return { answer, at: yield* clock.hear(answer.headers) }
    }
  )
  return { ask, used }
})

const connecting = Effect.fnUntraced(function*(connection: GraphConnection) {
  const clock = yield* MicrosoftClock.make
  const tokens = yield* Tokens.make(connection, clock)
  const { ask, used } = yield* asking(connection, clock)
  const named = Effect.mapError(namingHost(connection.cloud))

  const fetch = Effect.fnUntraced(function*({ collection, url, ...how }: PageRequest) {
    const id = yield* requestId
    const fail = (reason: GraphError["reason"], status?: number, seen?: Refusal.Details) =>
      new GraphError({
        endpoint: collection.name,
        operation: "page",
        reason,
        clientRequestId: seen?.clientRequestId ?? id,
        ...(status === undefined ? {} : { status }),
        ...(seen?.graphCode === undefined ? {} : { graphCode: seen.graphCode }),
        ...(seen?.requestId === undefined ? {} : { requestId: seen.requestId })
      })
    const forIt = Effect.mapError((error: GraphError) => new GraphError({ ...error, endpoint: collection.name }))
    const asked = (token: Token) => Effect.mapError(ask(url, token, id, collection, how), (reason) => fail(reason))

    yield* awaits("sign-in")
    let token = yield* forIt(tokens.get)
    let { answer, at } = yield* asked(token)
    // Renew once for a token that expired or was revoked, and once more for a claims challenge.
    let challenged = false
    for (let renewals = 0; answer.status === 401 && !Refusal.isFinal(answer); renewals++) {
      const claims = Refusal.claimsChallenge(answer)
      if (renewals > 0 && (claims === undefined || challenged)) break
      challenged = claims !== undefined
      yield* awaits("sign-in")
      token = yield* forIt(tokens.renew(token, claims))
      const again = yield* asked(token)
      answer = again.answer
      at = again.at
    }

    if (isSuccess(answer.status)) {
      const { parsed = identity } = how
      return yield* parsed(PageAnswer.decode(answer, at)).pipe(
        Effect.mapError((reason) => fail(reason, answer.status, Refusal.details(answer))),
        Effect.onError(() => Effect.sync(answer.body.release))
      )
    }
    const reason = Refusal.reasonOf(answer, {
      collection,
      url,
      roles: token.roles,
      secrets: [
        Redacted.value(token.value),
        connection.credential._tag === "Secret" ? Redacted.value(connection.credential.secret) : ""
      ],
      retryAfter: retryAfter(answer.headers, at)
    })
    return yield* fail(reason, answer.status, Refusal.details(answer))
  }, named)

  return {
    fetchPage: (request) =>
      Effect.withSpan(fetch(request), "GraphClient.fetchPage", {
        attributes: { endpoint: request.collection.name },
        captureStackTrace: false
      }),
    outdateToken: tokens.outdate,
    ahead: Effect.flatMap(
      Clock.currentTimeMillis,
      (machine) => Effect.map(clock.now, Option.map((microsoft) => machine - microsoft))
    ),
    used,
    token: Effect.map(named(tokens.get), ({ expiresAt, roles, value }) => ({ value, expiresAt, roles: roles ?? [] })),
    now: Effect.gen(function*() {
      const heard = yield* clock.now
      if (Option.isSome(heard)) return heard.value
      yield* awaits("sign-in")
      yield* named(tokens.get)
      const machine = yield* Clock.currentTimeMillis
      return Option.getOrElse(yield* clock.now, () => machine)
    })
  } satisfies Graph as Graph
})

/** Service that connects to Graph; each connection holds a token. */
export class GraphClient extends Context.Service<GraphClient, {
  readonly connect: (connection: GraphConnection) => Effect.Effect<Graph>
}>()("azure-security/graph/GraphClient") {
  /** Layer over a rate limiter that others may share. */
  static readonly layerNoDeps = Layer.effect(
    GraphClient,
    Effect.gen(function*() {
      const services = yield* Effect.context<HttpClient.HttpClient | FileSystem.FileSystem | RateLimiter.RateLimiter>()
      return GraphClient.of({ connect: (connection) => Effect.provideContext(connecting(connection), services) })
    })
  )

  /** Layer with a request budget of its own, in memory. */
  static readonly layer = Layer.provide(
    GraphClient.layerNoDeps,
    Layer.provide(RateLimiter.layer, RateLimiter.layerStoreMemory)
  )
}
