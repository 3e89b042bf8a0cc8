/** Days of inventories of the simulated Microsoft, whose lists leave an object out for an hour now and then. */
import { assert, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import type { Row } from "../../src/simulator/Row.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import { Published } from "../../src/sinks/ArtifactSink.ts"
import { world } from "../support/Connector.ts"
import * as Json from "../support/Json.ts"
import { polling, tenant } from "../support/SimulatedTenant.ts"

const days = 3
const noon = Date.UTC(2026, 10, 20, 12)
const names = ["managedDevices", "detectedApps", "users", "devices"] as const

const roles = ["DeviceManagementManagedDevices.Read.All", "User.Read.All", "Device.Read.All", "AuditLog.Read.All"]

/** What counts of an object: all that is asked for but what changes all the time. */
const stateOf = (name: typeof names[number], row: Row): string => {
  const { select, volatile } = endpoints[name].list!
  return Json.text(
    Object.fromEntries(
      Object.entries(row).filter(([key]) => (select?.includes(key) ?? true) && !volatile.includes(key)).sort((
        [one],
        [other]
      ) => one < other ? -1 : 1)
    )
  )
}

it.effect("each state of an object is published when a pass saw it, and once a day; what went for good is removed", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    yield* Effect.gen(function*() {
      const simulator = yield* Simulator
      const { document } = yield* polling(names)
      /** Polls begin with the hour; objects change with it. So half an hour later all is as the last pass saw it. */
      const minutes = (count: number) => Effect.repeat(TestClock.adjust("5 minutes"), { times: count / 5 - 1 })
      yield* minutes(30)
      /** The states of each object, in the order of passes; undefined where a pass did not show it. */
      const seen = new Map<string, Array<string | undefined>>()
      for (let hour = 0; hour <= days * 24; hour++) {
        if (hour > 0) yield* minutes(60)
        for (const name of names) {
          const rows = new Map((yield* simulator.rows(tenant, name)).map((row) => [String(row["id"]), row]))
          const known = Array.from(seen.keys()).filter((place) => place.startsWith(`${name}/`)).map((place) =>
            place.slice(name.length + 1)
          )
          for (const id of new Set([...known, ...rows.keys()])) {
            const row = rows.get(id)
            const states = seen.get(`${name}/${id}`) ?? []
            states.push(row === undefined ? undefined : stateOf(name, row))
            seen.set(`${name}/${id}`, states)
          }
        }
      }
      yield* minutes(25)
      const artifacts = (yield* Ref.get(yield* Published)).flatMap((batch) => batch.artifacts)
      assert.strictEqual(new Set(artifacts.map(({ id }) => id)).size, artifacts.length, "nothing twice")
      const of = (id: string) => artifacts.filter(({ senderHost }) => senderHost.endsWith(`/${id}`))
      let removed = 0
      for (const [place, states] of seen) {
        const [name, id] = place.split("/") as [typeof names[number], string]
        const mine = of(place)
        const known = states.filter((state) => state !== undefined)
        const changes = known.filter((state, index) => index > 0 && state !== known[index - 1]).length
        assert.strictEqual(mine.filter(({ action }) => action === "changed").length, changes, id)
        const isGone = states.slice(-2).every((state) => state === undefined)
        const isSaid = isGone && endpoints[name].list?.counts !== undefined
        assert.strictEqual(mine.filter(({ action }) => action === "removed").length, isSaid ? 1 : 0, id)
        if (isGone) removed++
        else if (states.length > 26) assert.isAtLeast(mine.length, Math.floor(states.length / 26), `${id} each day`)
        assert.isAtMost(mine.length, changes + days + 3, id)
      }
      const active = artifacts.filter(({ tags }) => tags.some((tag) => tag.startsWith("lastSignIn:")))
      assert.isAbove(active.filter(({ senderHost }) => senderHost.includes("/users/")).length, 100, "two daily passes")
      assert.isAbove(removed, 3)
      assert.isAbove(seen.size, 280)
      for (const { name, state } of (yield* document).instances[0]!.endpoints) {
        if (names.includes(name as typeof names[number])) assert.strictEqual(state, "ok", name)
      }
    }).pipe(Effect.provide(Simulator.layer({ roles, legacyAlerts: 0, alerts: 0, incidents: 0 })))
  }).pipe(Effect.provide([world, RateLimiter.layerStoreMemory])))
