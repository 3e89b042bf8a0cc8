/** The simulated tenants: any id that is asked for has one. */
import { Clock, Effect, Ref } from "effect"
import * as Chronicle from "./Chronicle.ts"
import type { CollectionName } from "./Collections.ts"
import type { Row } from "./Row.ts"

/** A tenant's content, and what its application may do. */
export interface Tenant {
  readonly id: string
  /** Permissions that new tokens carry. */
  readonly roles: ReadonlyArray<string>
  readonly chronicle: Chronicle.Chronicle
  /** Rows that stand in the place of the chronicle's. */
  readonly given: Partial<Record<CollectionName, ReadonlyArray<Row>>>
  /** Rows beside either. */
  readonly added: Partial<Record<CollectionName, ReadonlyArray<Row>>>
}

/** What a tenant begins with. */
export interface NewTenant extends Chronicle.TenantOptions {
  readonly roles: ReadonlyArray<string>
}

/** The rows of a collection at a time in milliseconds since 1970. */
export const rows = (tenant: Tenant, collection: CollectionName, now: number): ReadonlyArray<Row> => [
  ...(tenant.given[collection] ?? tenant.chronicle[collection](now)),
  ...(tenant.added[collection] ?? [])
]

/** Opens the register. A tenant begins when it is first asked for. */
export const make = Effect.fnUntraced(function*(defaults: NewTenant) {
  const startedAt = yield* Clock.currentTimeMillis
  const tenants = yield* Ref.make<ReadonlyMap<string, Tenant>>(new Map())

  const begin = (id: string, options: NewTenant, now: number): Tenant => ({
    id,
    roles: options.roles,
    chronicle: Chronicle.make(id, now, options),
    given: {},
    added: {}
  })
  /** Changes a tenant, which begins with the defaults if it is new, and gives it back. */
  const update = (name: string, change: (tenant: Tenant, now: number) => Tenant): Effect.Effect<Tenant> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Ref.modify(tenants, (known) => {
        const id = name.toLowerCase()
        const tenant = change(known.get(id) ?? begin(id, defaults, now), now)
        return [tenant, new Map(known).set(id, tenant)]
      }))

  return {
    startedAt,
    all: Effect.map(Ref.get(tenants), (known) => [...known.values()]),
    get: (id: string) => update(id, (tenant) => tenant),
    update,
    /** Begins a tenant anew, with other content. */
    restart: (id: string, options: Partial<NewTenant>) =>
      Effect.asVoid(update(id, ({ id }, now) => begin(id, { ...defaults, ...options }, now)))
  }
})
