import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Logger, Struct } from "effect"
import { TestClock } from "effect/testing"
import { Audit } from "../../src/config/Audit.ts"
import { type AuditEntry, differing } from "../../src/config/AuditEntry.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import type { StoredDocument } from "../../src/config/SettingsStore.ts"
import { auditBytesMax, auditEntriesMax, auditRefusalsMax } from "../../src/domain/Bounds.ts"

const person = { session: "1a2b3c4d", address: "10.0.0.9" }

const documentOf = (more: object = {}, secret = "first-secret") => ({
  credentials: {
    tenant_id: "11111111-1111-4111-8111-111111111111",
    client_id: "22222222-2222-4222-8222-222222222222",
    client_secret: secret
  },
  ...more
})

const stored = (name: string, document: object): StoredDocument => ({
  name,
  document: document as StoredDocument["document"],
  revision: "r"
})

const settingsOf = (instances: Record<string, object>, more: object = {}) =>
  Effect.orDie(decodeSettings("test", JSON.stringify({ instances, ...more })))

const place = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const file = `${directory}/changes.ndjson`
  const lines = Effect.map(
    fs.readFileString(file),
    (text) => text.trim().split("\n").map((line) => JSON.parse(line) as AuditEntry)
  )
  return { directory, file, fs, lines }
})

const withoutTime = (entries: ReadonlyArray<AuditEntry>) => entries.map((entry) => Struct.omit(entry, ["at"]))

it("names what differs, never a value", () => {
  assert.deepStrictEqual(differing({ a: 1, b: { c: 1, d: [1] } }, { a: 1, b: { c: 2, d: [2] }, e: 1 }), [
    "b.c",
    "b.d",
    "e"
  ])
  assert.deepStrictEqual(differing({ a: { b: 1 } }, { a: undefined }), ["a.b"])
  assert.deepStrictEqual(differing({ a: "x" }, { a: { b: 1 } }), ["a.b"])
})

const logged: Array<string> = []
const log = Logger.layer([Logger.make(({ message }) => void logged.push(String(message)))])

it.layer(Layer.mergeAll(NodeServices.layer, Layer.fresh(Audit.layer), log))("the audit trail", (it) => {
  const fresh = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, Layer.fresh(Audit.layer))

  it.effect("has who, when and what of each change, and no value", () =>
    fresh(Effect.gen(function*() {
      const { directory, file, fs, lines } = yield* place
      const audit = yield* Audit
      yield* audit.open(directory)
      const one = stored("one", documentOf())
      yield* audit.saving(person, undefined, Effect.succeed(one))
      const changed = stored("one", documentOf({ poll_interval_minutes: 9 }, "second-secret"))
      yield* audit.saving(person, one, Effect.succeed(changed))
      yield* audit.saving(person, changed, Effect.void)
      yield* audit.saving(person, one, Effect.succeed(one))
      yield* audit.tell({ by: "page", change: "signed_in", ...person })
      const entries = yield* lines
      assert.match(entries[0]!.at, /^\d{4}-\d\d-\d\dT/)
      assert.deepStrictEqual(withoutTime(entries), [
        { by: "page", change: "added", instance: "one", ...person },
        {
          by: "page",
          change: "changed",
          instance: "one",
          ...person,
          fields: ["credentials.client_secret", "poll_interval_minutes"]
        },
        { by: "page", change: "removed", instance: "one", ...person },
        { by: "page", change: "signed_in", ...person }
      ])
      assert.notMatch(yield* fs.readFileString(file), /-secret"/)
      assert.strictEqual((yield* fs.stat(file)).mode & 0o777, 0o600)
      assert.include(logged, "settings were changed: credentials.client_secret, poll_interval_minutes")
      const history = yield* audit.history("one")
      assert.deepStrictEqual(history.map(({ change }) => change), ["removed", "changed", "added"])
    })))

  it.effect("has changes of the file and of the broker, and those of the page once", () =>
    fresh(Effect.gen(function*() {
      const { directory, lines } = yield* place
      const audit = yield* Audit
      yield* audit.open(directory)
      const before = yield* settingsOf({ one: documentOf(), two: documentOf() })
      const after = yield* settingsOf({ one: documentOf({ enabled: false }), three: documentOf() }, {
        log: { level: "Warn" }
      })
      yield* audit.saving(
        person,
        stored("one", documentOf()),
        Effect.succeed(stored("one", documentOf({ enabled: false })))
      )
      yield* audit.followed(before, { settings: after, faults: [] })
      const reset = { ...after, instances: before.instances }
      yield* audit.followed(after, { settings: reset, faults: [], revisions: { one: 7, two: 8 } })
      // The same change as the page's, made elsewhere later.
      yield* audit.followed(reset, {
        settings: { ...reset, instances: { ...reset.instances, one: after.instances["one"]! } },
        faults: []
      })
      assert.deepStrictEqual(withoutTime(yield* lines), [
        { by: "page", change: "changed", instance: "one", ...person, fields: ["enabled"] },
        { by: "file", change: "removed", instance: "two" },
        { by: "file", change: "added", instance: "three" },
        { by: "file", change: "changed", fields: ["log.level"] },
        { by: "broker", change: "changed", instance: "one", fields: ["enabled"], revision: 7 },
        { by: "broker", change: "removed", instance: "three" },
        { by: "broker", change: "added", instance: "two", revision: 8 },
        { by: "file", change: "changed", instance: "one", fields: ["enabled"] }
      ])
    })))

  it.effect("has the first refused tokens of a minute one by one, and the number of the others", () =>
    fresh(Effect.gen(function*() {
      const audit = yield* Audit
      yield* audit.open(undefined)
      const told = () => logged.filter((line) => line.startsWith("a wrong token for the page was refused"))
      for (let n = 0; n < 5000; n++) yield* audit.refused({ address: `10.0.0.${n % 200}` })
      assert.strictEqual(told().length, auditRefusalsMax)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(told().length, auditRefusalsMax + 1)
      assert.include(told().at(-1), `refused ${5000 - auditRefusalsMax} times`)
      yield* audit.refused({ address: "10.0.0.1" })
      assert.strictEqual(told().length, auditRefusalsMax + 2)
    })))

  it.effect("is read again at the next start, also what the command checkpoint noted, and is bounded", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      const note = {
        at: "2026-01-01T00:00:00Z",
        command: "rewind",
        instance: "one",
        endpoint: "alerts",
        from: "a",
        to: null
      }
      const filler = JSON.stringify({ at: "2026-01-01T00:00:00Z", by: "file", change: "changed", instance: "other" })
      yield* fs.writeFileString(
        file,
        `${`${filler}\n`.repeat(Math.floor(auditBytesMax / (filler.length + 1)))}no entry\n${JSON.stringify(note)}\n`,
        { mode: 0o600 }
      )
      yield* fresh(Effect.gen(function*() {
        const audit = yield* Audit
        yield* audit.tell({ by: "page", change: "signed_in", ...person })
        yield* audit.open(directory)
        assert.deepStrictEqual(yield* audit.history("one"), [note])
        assert.isAtMost((yield* audit.history("other")).length, auditEntriesMax)
        // What was told before the place was known is not lost.
        yield* audit.tell({ by: "file", change: "added", instance: "two" })
      }))
      assert.isAtLeast(Number((yield* fs.stat(`${directory}/changes.old.ndjson`)).size), auditBytesMax)
      assert.match(yield* fs.readFileString(file), /^\{"at":"[^"]+","by":"file","change":"added","instance":"two"\}\n$/)
    }))

  it.effect("is not written through a link, which stops nothing", () =>
    fresh(Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      yield* fs.symlink(`${directory}/victim`, file)
      const audit = yield* Audit
      yield* audit.open(directory)
      yield* audit.tell({ by: "file", change: "added", instance: "one" })
      assert.isFalse(yield* fs.exists(`${directory}/victim`))
      assert.strictEqual((yield* audit.history("one")).length, 1)
      assert.isTrue(logged.some((line) => line.includes(`${file} cannot be written`)))
    })))
})
