import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, ConfigProvider, Deferred, Effect, Exit, Fiber, FileSystem, Layer, Logger, Scope, Struct } from "effect"
import { TestClock } from "effect/testing"
import { Audit } from "../../src/config/Audit.ts"
import { type AuditEntry, differing } from "../../src/config/AuditEntry.ts"
import * as Grant from "../../src/config/Grant.ts"
import { decodeGranted, decodeSettings } from "../../src/config/SettingsDocument.ts"
import { SettingsStore, type StoredDocument } from "../../src/config/SettingsStore.ts"
import { auditBytesMax, auditEntriesMax, auditRefusalsMax, auditRefusalsOfAddressMax } from "../../src/domain/Bounds.ts"
import * as Json from "../support/Json.ts"
import * as Disk from "../support/RecordedDisk.ts"

const person = { session: "1a2b3c4d", address: "10.0.0.9" }

const documentOf = (more: object = {}, secret = "first-secret") => ({
  credentials: {
    tenant_id: "11111111-1111-4111-8111-111111111111",
    client_id: "22222222-2222-4222-8222-222222222222",
    client_secret: secret
  },
  ...more
})

const textOf = (document: object) => JSON.stringify(document)

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

/** A store whose documents name files as `files` says. */
const storeOf = (files: SettingsStore["Service"]["files"]) =>
  Layer.effect(SettingsStore, Effect.map(SettingsStore, (store) => ({ ...store, files }))).pipe(
    Layer.provide(SettingsStore.layerNone("not in this test"))
  )

const services = Layer.mergeAll(NodeServices.layer, Layer.fresh(Audit.layer), log, storeOf("paths"))

it.layer(services)("the audit trail", (it) => {
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
    Effect.gen(function*() {
      const { directory, lines } = yield* place
      yield* fresh(Effect.gen(function*() {
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
        yield* audit.followed(after, {
          settings: reset,
          faults: [],
          revisions: { one: 7, two: 8, three: 9 },
          causes: { two: "three" }
        })
        // The same change as the page's, made elsewhere later.
        yield* audit.followed(reset, {
          settings: { ...reset, instances: { ...reset.instances, one: after.instances["one"]! } },
          faults: []
        })
      }))
      assert.deepStrictEqual(withoutTime(yield* lines), [
        { by: "page", change: "changed", instance: "one", ...person, fields: ["enabled"] },
        { by: "file", change: "removed", instance: "two" },
        { by: "file", change: "added", instance: "three" },
        { by: "file", change: "changed", fields: ["log.level"] },
        { by: "broker", change: "changed", instance: "one", fields: ["enabled"], revision: 7 },
        { by: "broker", change: "removed", instance: "three", revision: 9 },
        { by: "broker", change: "added", instance: "two", revision: 9, cause: "three" },
        { by: "file", change: "changed", instance: "one", fields: ["enabled"] }
      ])
    }))

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

  it.effect("has the refused tokens of others beside those of one noisy address", () =>
    fresh(Effect.gen(function*() {
      const audit = yield* Audit
      yield* audit.open(undefined)
      const before = logged.length
      for (let n = 0; n < 500; n++) yield* audit.refused({ address: "10.0.0.1" })
      yield* audit.refused({ address: "10.0.0.2" })
      for (let n = 0; n < 500; n++) yield* audit.refused({ address: "10.0.0.1" })
      assert.strictEqual(logged.slice(before).length, auditRefusalsOfAddressMax + 1)
      yield* TestClock.adjust("1 minute")
      assert.include(logged.at(-1), `refused ${1000 - auditRefusalsOfAddressMax} times`)
    })))

  it.effect("keeps refused tokens apart, so that no number of them displaces a change", () =>
    Effect.gen(function*() {
      const { directory, fs, lines } = yield* place
      yield* fresh(Effect.gen(function*() {
        const audit = yield* Audit
        yield* audit.open(directory)
        yield* audit.saving(person, undefined, Effect.succeed(stored("one", documentOf())))
        for (let minute = 0; minute <= auditEntriesMax / auditRefusalsMax; minute++) {
          for (let n = 0; n < 20; n++) yield* audit.refused({ address: `10.0.0.${n}` })
          yield* TestClock.adjust("1 minute")
        }
        assert.strictEqual((yield* audit.history("one")).length, 1)
      }))
      assert.strictEqual((yield* lines).length, 1)
      assert.isAbove((yield* fs.readFileString(`${directory}/refusals.ndjson`)).split("\n").length, auditEntriesMax)
      yield* fresh(Effect.gen(function*() {
        const audit = yield* Audit
        yield* audit.open(directory)
        assert.strictEqual((yield* audit.history("one")).length, 1)
      }))
    }))

  it.effect("has the number of refused tokens of the last minute, too, when the process ends", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* place
      yield* fresh(Effect.gen(function*() {
        const audit = yield* Audit
        yield* audit.open(directory)
        for (let n = 0; n < auditRefusalsOfAddressMax + 7; n++) yield* audit.refused({ address: "10.0.0.1" })
      }))
      assert.match(yield* fs.readFileString(`${directory}/refusals.ndjson`), /"token_refused","count":7\}\n$/)
    }))

  it.effect("counts refused tokens by a clock that is not set", () =>
    fresh(Effect.gen(function*() {
      const audit = yield* Audit
      yield* TestClock.setTime(86_400_000)
      const before = logged.length
      for (let n = 0; n <= auditRefusalsMax; n++) yield* audit.refused({ address: `10.0.0.${n}` })
      yield* TestClock.setTime(0)
      yield* TestClock.adjust("1 minute")
      yield* audit.refused({ address: "10.0.0.1" })
      const told = logged.slice(before).filter((line) => line.startsWith("a wrong token"))
      assert.isAtLeast(told.length, auditRefusalsMax + 1)
    })))

  it.effect("blames nobody else for a file that was named on the page", () =>
    Effect.gen(function*() {
      const { directory, lines } = yield* place
      const audit = yield* Audit
      yield* audit.open(directory)
      const credentials = { ...documentOf().credentials, client_secret: undefined, client_secret_file: "acme" }
      const one = { ...stored("one", { credentials }), revision: "5" }
      yield* audit.saving(person, undefined, Effect.succeed(one))
      const grant = yield* Grant.fromEnvironment
      const seen = yield* decodeGranted(grant, "one", textOf(one.document))
      assert.propertyVal(seen.credentials, "client_secret_file", "/granted/acme")
      const before = yield* settingsOf({})
      yield* audit.followed(before, {
        settings: { ...before, instances: { one: seen } },
        faults: [],
        revisions: { one: 5 }
      })
      assert.deepStrictEqual(withoutTime(yield* lines), [{ by: "page", change: "added", instance: "one", ...person }])
    }).pipe(
      fresh,
      Effect.provide([
        storeOf("names"),
        ConfigProvider.layer(ConfigProvider.fromUnknown({ AZURE_SECURITY_SECRETS_DIR: "/granted" }))
      ])
    ))

  it.effect("has what others do to a change of the page before the connector has seen it", () =>
    fresh(Effect.gen(function*() {
      const audit = yield* Audit
      const [old, on] = [documentOf({ enabled: false }), documentOf()]
      const [was, is] = [yield* settingsOf({ one: old }), yield* settingsOf({ one: on })]
      const saving = (document: object, revision: string) =>
        audit.saving(person, stored("one", old), Effect.succeed({ ...stored("one", document), revision }))
      const none = { ...was, instances: {} }
      const told = Effect.map(
        audit.history("one"),
        (all) => all.map(({ by, change, revision }): ReadonlyArray<unknown> => [by, change, revision])
      )

      yield* saving(on, "7")
      // What was read before the page's change does not have it.
      yield* audit.followed(was, { settings: was, faults: [], revisions: { one: 6 } })
      yield* audit.followed(was, { settings: was, faults: [], revisions: { one: 8 } })
      yield* audit.followed(was, { settings: is, faults: [], revisions: { one: 9 } })
      yield* audit.followed(is, { settings: none, faults: [], revisions: { one: 10 } })
      const saved = ["page", "changed", undefined]
      const onBroker = [["broker", "removed", 10], ["broker", "changed", 9], ["broker", "changed", 8], saved]
      assert.deepStrictEqual(yield* told, onBroker)

      const now = yield* Clock.monotonicTimeNanos
      yield* saving(on, "hash")
      yield* audit.followed(was, { settings: was, faults: [], readAt: now - 1n })
      yield* audit.followed(was, { settings: was, faults: [], readAt: now + 1n })
      yield* audit.followed(was, { settings: is, faults: [], readAt: now + 2n })
      const inFile = ["file", "changed", undefined]
      assert.deepStrictEqual((yield* told).slice(0, 3), [inFile, inFile, saved])
    })))

  it.effect("has a change whose client went away meanwhile", () =>
    fresh(Effect.gen(function*() {
      const audit = yield* Audit
      const [begun, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const save = Deferred.succeed(begun, undefined).pipe(
        Effect.andThen(Deferred.await(go)),
        Effect.as(stored("one", documentOf()))
      )
      const fiber = yield* Effect.forkChild(audit.saving(person, undefined, save))
      yield* Deferred.await(begun)
      const ended = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* Effect.yieldNow
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(ended)
      assert.strictEqual((yield* audit.history("one")).length, 1)
    })))

  it.effect("is in the log at once, and in the file whenever that is known", () =>
    Effect.gen(function*() {
      const { directory, fs, lines } = yield* place
      const [reading, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const slowly = FileSystem.FileSystem.of({
        ...fs,
        open: (name, options) =>
          options?.flag === "r" && name.endsWith("changes.ndjson")
            ? Effect.andThen(Deferred.succeed(reading, undefined), Deferred.await(go)).pipe(
              Effect.andThen(fs.open(name, options))
            )
            : fs.open(name, options)
      })
      const before = logged.length
      yield* fresh(Effect.gen(function*() {
        const audit = yield* Audit
        yield* audit.tell({ by: "file", change: "added", instance: "one" })
        assert.include(logged.slice(before), "an instance was added")
        const opening = yield* Effect.forkChild(
          Effect.provideService(audit.open(directory), FileSystem.FileSystem, slowly)
        )
        yield* Deferred.await(reading)
        yield* audit.tell({ by: "file", change: "added", instance: "two" })
        assert.strictEqual(logged.length, before + 2)
        yield* Deferred.succeed(go, undefined)
        yield* Fiber.join(opening)
      }))
      assert.deepStrictEqual((yield* lines).map(({ instance }) => instance), ["one", "two"])
      assert.strictEqual(logged.length, before + 2)
    }))

  it.effect("holds up nothing for more than a second while the disk hangs", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* place
      const hanging = FileSystem.FileSystem.of({
        ...fs,
        open: (name, options) => options?.flag === "a" ? Effect.never : fs.open(name, options)
      })
      const scope = yield* Scope.make()
      const audit = yield* Effect.provide(Audit, yield* Layer.buildWithScope(Layer.fresh(Audit.layer), scope))
      yield* Effect.provideService(audit.open(directory), FileSystem.FileSystem, hanging)
      const first = yield* Effect.forkChild(audit.tell({ by: "page", change: "signed_in", ...person }))
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(first.pollUnsafe())
      // The settings wait for nothing.
      yield* audit.followed(yield* settingsOf({}), { settings: yield* settingsOf({ one: documentOf() }), faults: [] })
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(first)
      assert.isTrue(logged.some((line) => line.includes("the disk does not answer")))
      yield* audit.saving(person, undefined, Effect.succeed(stored("two", documentOf())))
      assert.strictEqual((yield* audit.history("one")).length + (yield* audit.history("two")).length, 2)
      yield* Scope.close(scope, Exit.void)
    }))

  it.effect("is on the disk before a change is answered", () =>
    Effect.gen(function*() {
      const { directory } = yield* place
      const audit = yield* Audit
      yield* audit.open(directory)
      yield* audit.saving(person, undefined, Effect.succeed(stored("one", documentOf())))
      assert.includeMembers((yield* Disk.RecordedDisk).log, ["write changes.ndjson", "sync changes.ndjson"])
    }).pipe(fresh, Effect.provide(Disk.layer.pipe(Layer.provide(NodeServices.layer)))))

  it.effect("is not in a directory that other users may write to", () =>
    fresh(Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      yield* fs.chmod(directory, 0o777)
      const audit = yield* Audit
      yield* audit.open(directory)
      yield* audit.tell({ by: "file", change: "added", instance: "one" })
      assert.isFalse(yield* fs.exists(file))
      assert.isTrue(logged.some((line) => line.includes(`only in the log: ${directory} can be written by other users`)))
      assert.strictEqual((yield* audit.history("one")).length, 1)
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
      const filler = Json.text({ at: "2026-01-01T00:00:00Z", by: "file", change: "changed", instance: "other" })
      yield* fs.writeFileString(
        file,
        `${`${filler}\n`.repeat(Math.floor(auditBytesMax / (filler.length + 1)))}no entry\n${Json.text(note)}\n`,
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
