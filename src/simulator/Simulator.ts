/**
 * A simulated Microsoft: Entra ID's token endpoint and Graph's collections, for any number of tenants,
 * with faults on request. `Routes` serves it over HTTP.
 */
import { Clock, Context, Effect, Layer, Ref } from "effect"
import * as Answer from "./Answer.ts"
import { type CollectionName, collections } from "./Collections.ts"
import * as Displaced from "./Displaced.ts"
import * as Chance from "./Draw.ts"
import * as Entra from "./Entra.ts"
import { type Fault, faultsOf, type Wanted } from "./Fault.ts"
import * as FaultAnswer from "./FaultAnswer.ts"
import * as Faults from "./Faults.ts"
import * as RequestLog from "./RequestLog.ts"
import { graphTime, type Row } from "./Row.ts"
import * as Page from "./SimulatedPage.ts"
import * as Tokens from "./SimulatedTokens.ts"
import * as Tenants from "./Tenants.ts"

/** The content of new tenants and the kind of nextLinks. */
export interface SimulatorOptions extends Tenants.NewTenant {
  /** What the nextLinks of `alerts_v2` and `incidents` carry; those of `alerts` carry both. */
  readonly paging: "skip" | "skiptoken"
}

/** A request for a page of a collection. */
export interface GraphRequest {
  readonly collection: CollectionName
  /** Absolute, as the client sent it. */
  readonly url: URL
  /** Without `Bearer`. */
  readonly token: string | undefined
  readonly prefer: string | undefined
  readonly consistency?: string | undefined
  readonly clientRequestId: string | undefined
}

/** The JSON of `GET /simulator`. */
export interface SimulatorState {
  readonly started_at: string
  readonly now: string
  readonly tokens_issued: number
  readonly requests_by_status: Readonly<Record<string, number>>
  readonly tenants: ReadonlyArray<{
    readonly id: string
    readonly roles: ReadonlyArray<string>
    readonly alerts: number
    readonly alerts_v2: number
    readonly incidents: number
  }>
  readonly faults: ReadonlyArray<Faults.ActiveFault>
  readonly requests: ReadonlyArray<RequestLog.LoggedRequest>
}

const defaults: SimulatorOptions = {
  seed: "contoso",
  legacyAlerts: 12,
  live: true,
  roles: ["SecurityEvents.Read.All", "SecurityAlert.Read.All", "SecurityIncident.Read.All"],
  paging: "skip"
}

/** Client secrets whose tokens carry fewer permissions than the tenant granted, for trying by hand. */
const lesser: ReadonlyMap<string, ReadonlyArray<string>> = new Map([["guide-permissions", [
  "SecurityEvents.Read.All",
  "SecurityAlert.Read.All"
]], ["no-permissions", []]])

const isNextLink = (url: URL) => url.searchParams.has("$skiptoken") || Number(url.searchParams.get("$skip")) > 0

/** Service of the simulated Microsoft; tests use it directly, clients through `Routes`. */
export class Simulator extends Context.Service<Simulator, {
  readonly token: (
    request: Entra.TokenRequest & { readonly clientRequestId: string | undefined }
  ) => Effect.Effect<Answer.Answer>
  readonly page: (request: GraphRequest) => Effect.Effect<Answer.Answer>
  /** Makes the ids for an answer that is neither a token nor a page. */
  readonly stamp: (clientRequestId: string | undefined) => Effect.Effect<Answer.Stamp>
  readonly addFault: (wanted: Wanted) => Effect.Effect<void>
  readonly removeFaults: Effect.Effect<void>
  /** Replaces a tenant's collection by literal rows of any shape. */
  readonly setRows: (tenant: string, collection: CollectionName, rows: ReadonlyArray<Row>) => Effect.Effect<void>
  /** Adds literal rows to a tenant's collection. */
  readonly addRows: (tenant: string, collection: CollectionName, rows: ReadonlyArray<Row>) => Effect.Effect<void>
  /** The rows that Graph would show now, unsorted and unfiltered. */
  readonly rows: (tenant: string, collection: CollectionName) => Effect.Effect<ReadonlyArray<Row>>
  /** Grants permissions; tokens already issued keep theirs. */
  readonly setRoles: (tenant: string, roles: ReadonlyArray<string>) => Effect.Effect<void>
  /** Restarts a tenant with other content. */
  readonly setTenant: (tenant: string, options: Partial<Tenants.NewTenant>) => Effect.Effect<void>
  /** The last 1,000 requests, oldest first. */
  readonly requests: Effect.Effect<ReadonlyArray<RequestLog.LoggedRequest>>
  readonly log: (method: string, url: URL, answer: Answer.Answer) => Effect.Effect<void>
  readonly state: Effect.Effect<SimulatorState>
}>()("azure-security/simulator/Simulator") {
  static readonly layer = (options: Partial<SimulatorOptions> = {}) =>
    Layer.effect(Simulator, make({ ...defaults, ...options }))
}

const make = Effect.fnUntraced(function*(options: SimulatorOptions) {
  const tenants = yield* Tenants.make(options)
  const tokens = yield* Tokens.make
  const faults = yield* Faults.make
  const log = yield* RequestLog.make
  const stamps = yield* Ref.make(0)

  const stamp = Effect.fnUntraced(function*(clientRequestId: string | undefined) {
    const draw = Chance.from(options.seed, "request", yield* Ref.getAndUpdate(stamps, (count) => count + 1))
    const requestId = draw.guid()
    return { now: yield* Clock.currentTimeMillis, requestId, clientRequestId: clientRequestId ?? requestId, draw }
  })

  const token = Effect.fnUntraced(
    function*(request: Entra.TokenRequest & { readonly clientRequestId: string | undefined }) {
      const given = yield* stamp(request.clientRequestId)
      const id = request.tenant.toLowerCase()
      const striking = yield* faults.strike({ endpoint: "token", tenant: id, isNextLink: false, skip: 0, token: 0 })
      const deliver = (answer: Answer.Answer) => FaultAnswer.delivered(answer, given, striking, id)

      const struck = striking.map((fault) =>
        fault.kind === "aadsts" ? Entra.refuse(given, fault.code, request) : FaultAnswer.of(fault, given, undefined, [])
      ).find((answer) => answer !== undefined)
      if (struck !== undefined) return deliver(struck)
      const refused = Entra.refusal(request)
      if (refused !== undefined) return deliver(Entra.refuse(given, refused, request))

      const { roles } = yield* tenants.get(id)
      const body = yield* tokens.issue({
        stamp: given,
        tenant: id,
        clientId: request.clientId,
        audience: request.scope.replace(/\/\.default$/, ""),
        roles: lesser.get(request.proof ?? "") ?? roles
      })
      const { padding } = FaultAnswer.shape(striking, new URL("http://simulator.invalid"))
      return deliver(Answer.of(200, padding > 0 ? { ...body, padding: "x".repeat(padding) } : body))
    }
  )

  const page = Effect.fnUntraced(function*(request: GraphRequest) {
    const given = yield* stamp(request.clientRequestId)
    const collection = collections[request.collection]
    const grant = request.token === undefined ? undefined : yield* tokens.find(request.token)
    const striking = yield* faults.strike({
      endpoint: collection.name,
      tenant: grant?.tenant,
      isNextLink: isNextLink(request.url),
      skip: Number(request.url.searchParams.get("$skip")),
      token: grant?.number ?? 0
    })
    const deliver = (answer: Answer.Answer) => FaultAnswer.delivered(answer, given, striking, grant?.tenant)

    const struck = striking.map((fault) => FaultAnswer.of(fault, given, collection, grant?.roles ?? []))
      .find((answer) => answer !== undefined)
    if (struck !== undefined) return deliver(struck)
    if (request.token === undefined) return deliver(FaultAnswer.unauthorized(given, "Access token is empty."))
    if (grant === undefined) {
      return deliver(FaultAnswer.unauthorized(given, "CompactToken parsing failed with error code: 80049217"))
    }
    if (grant.expiresAt <= given.now) {
      return deliver(FaultAnswer.unauthorized(given, "Access token has expired or is not yet valid."))
    }
    if (!collection.roles.some((role) => grant.roles.includes(role))) {
      return deliver(FaultAnswer.missingRole(given, collection, grant.roles))
    }
    const select = request.url.searchParams.get("$select") ?? ""
    if (collection.costly !== undefined && select.includes(collection.costly.property)) {
      const { roles, topMax } = collection.costly
      if (!roles.some((role) => grant.roles.includes(role))) {
        return deliver(FaultAnswer.missingRole(given, { ...collection, denial: "reports", roles }, grant.roles))
      }
      if (Number(request.url.searchParams.get("$top") ?? 0) > topMax) {
        const says = `Cannot query data for more than ${topMax} users at a time.`
        return deliver(Answer.graphError(given, 400, "BadRequest", says))
      }
    }
    const tenant = yield* tenants.get(grant.tenant)
    return deliver(Page.answer({
      collection,
      rows: Tenants.rows(tenant, collection.name, given.now),
      alerts: () => Tenants.rows(tenant, "alerts_v2", given.now),
      url: request.url,
      includesLateMembers: request.prefer?.includes("include-unknown-enum-members") === true,
      isEventual: request.consistency?.toLowerCase() === "eventual",
      paging: collection.paging ??
        (collection.name === "alerts" ? "skip" : collection.counts === true ? options.paging : "skiptoken"),
      shape: FaultAnswer.shape(striking, request.url),
      stamp: given
    }))
  })

  const addRows = (tenant: string, collection: CollectionName, rows: ReadonlyArray<Row>) =>
    Effect.asVoid(tenants.update(tenant, (tenant) => ({
      ...tenant,
      added: { ...tenant.added, [collection]: [...(tenant.added[collection] ?? []), ...rows] }
    })))

  /** Adds rows with a cursor `minutes` ahead of the clock (negative: behind it). */
  const addDisplaced = Effect.fnUntraced(function*(fault: Fault, minutes: number) {
    const { draw, now } = yield* stamp(undefined)
    const known = fault.tenant === undefined ? yield* tenants.all : [yield* tenants.get(fault.tenant)]
    for (const { id } of known) {
      const { collection, row } = Displaced.of(fault, id, now + minutes * 60_000, draw)
      yield* addRows(id, collection, Array.from({ length: fault.times ?? 1 }, (_, number) => row(number)))
    }
  })

  return Simulator.of({
    token,
    page,
    stamp,
    addRows,
    addFault: Effect.fnUntraced(function*(wanted) {
      for (const fault of faultsOf(wanted)) {
        if (fault.kind === "late_row") yield* addDisplaced(fault, -(fault.minutes ?? 10))
        else if (fault.kind === "future_row") yield* addDisplaced(fault, fault.minutes ?? 60)
        else yield* faults.add([fault], yield* tokens.issued)
      }
    }),
    removeFaults: faults.removeAll,
    setRows: (tenant, collection, rows) =>
      Effect.asVoid(tenants.update(tenant, (tenant) => ({
        ...tenant,
        given: { ...tenant.given, [collection]: rows },
        added: { ...tenant.added, [collection]: [] }
      }))),
    rows: Effect.fnUntraced(function*(tenant, collection) {
      return Tenants.rows(yield* tenants.get(tenant), collection, yield* Clock.currentTimeMillis)
    }),
    setRoles: (tenant, roles) => Effect.asVoid(tenants.update(tenant, (tenant) => ({ ...tenant, roles }))),
    setTenant: tenants.restart,
    requests: Effect.map(log.get, ({ last }) => last),
    log: Effect.fnUntraced(function*(method, url, { delivery, faults = [], status, tenant }) {
      const isAnswered = delivery === "whole" || delivery === "truncated"
      yield* log.add({
        time: graphTime(yield* Clock.currentTimeMillis),
        method,
        path: RequestLog.shownPath(url),
        status: isAnswered ? status : 0,
        tenant,
        faults
      })
    }),
    state: Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const { byStatus, last } = yield* log.get
      return {
        started_at: graphTime(tenants.startedAt),
        now: graphTime(now),
        tokens_issued: yield* tokens.issued,
        requests_by_status: byStatus,
        tenants: (yield* tenants.all).map((tenant) => ({
          id: tenant.id,
          roles: tenant.roles,
          alerts: Tenants.rows(tenant, "alerts", now).length,
          alerts_v2: Tenants.rows(tenant, "alerts_v2", now).length,
          incidents: Tenants.rows(tenant, "incidents", now).length
        })),
        faults: yield* faults.list,
        requests: last
      }
    })
  })
})
