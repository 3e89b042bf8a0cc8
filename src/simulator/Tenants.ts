/** The simulated tenants: each id that is asked for gets one. */
import { Clock, Effect, Ref } from "effect"
import * as Chronicle from "./Chronicle.ts"
import type { CollectionName } from "./Collections.ts"
import type { Row } from "./Row.ts"

/** A tenant's content, and the permissions of its application. */
export interface Tenant {
  readonly id: string
  /** Permissions that new tokens carry. */
  readonly roles: ReadonlyArray<string>
  readonly chronicle: Chronicle.Chronicle
  /** Rows that replace those of the chronicle. */
  readonly given: Partial<Record<CollectionName, ReadonlyArray<Row>>>
  /** Rows added to those of `given` or of the chronicle. */
  readonly added: Partial<Record<CollectionName, ReadonlyArray<Row>>>
}

export interface NewTenant extends Chronicle.TenantOptions {
  readonly roles: ReadonlyArray<string>
}

/** Returns the rows of a collection at a time in milliseconds since 1970. */
export const rows = (
  tenant: Tenant,
  collection: CollectionName,
  now: number
): ReadonlyArray<Row> => [
  ...(tenant.given[collection] ?? tenant.chronicle[collection](now)),
  ...(tenant.added[collection] ?? [])
]

/** Creates the register. A tenant is created when it is first asked for. */
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
  /** Changes a tenant, creating it with the defaults when it is new, and returns it. */
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
    restart: (id: string, options: Partial<NewTenant>) =>
      Effect.asVoid(update(id, ({ id }, now) => begin(id, { ...defaults, ...options }, now)))
  }
})
