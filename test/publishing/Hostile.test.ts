import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Headers } from "effect/http"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import {
  comparedTextMax,
  elementParsedBytes,
  evidenceMappedMax,
  evidenceParsed,
  lightPageValues,
  longFieldBytes,
  pageDriftMax,
  pageHolds,
  propertiesParsedMax,
  propertyParsedBytes,
  recordDepthMax,
  recordDriftMax,
  recordIdMax,
  sliceArtifacts,
  sliceChars,
  stepBytes,
  tagsMax,
  techniquesMax,
  wholeRecord
} from "../../src/domain/Bounds.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { Bodies, readPage } from "../../src/graph/body/Body.ts"
import * as PageAnswer from "../../src/graph/PageAnswer.ts"
import { prepare } from "../../src/publishing/Slices.ts"
import type { DeadLetter } from "../../src/sinks/ArtifactSink.ts"
import { bodies } from "../support/Hostile.ts"

/** Milliseconds of processor time that a page may keep the event loop in one go. */
const turnMax = 50

/** The compiler, and other work of the machine, may make one try slower. */
const triesMax = 4

/** Returns the result of the first of some tries that kept within {@link turnMax}, or of the last one. */
const quick = <A extends { readonly longest: number }, E>(measured: Effect.Effect<A, E>) =>
  Effect.repeat(measured, { until: ({ longest }) => longest < turnMax, times: triesMax - 1 })

const decoded = Effect.fnUntraced(function*(text: string) {
  const incoming = (yield* Bodies).receive(0)
  incoming.append(Buffer.from(text))
  return yield* PageAnswer.decode(
    { status: 200, headers: Headers.empty, body: incoming.body() },
    Date.UTC(2026, 10, 20, 12)
  )
})

/** The longest turn, in milliseconds of processor time, while a page is split. */
const longestSplit = Effect.fnUntraced(function*(text: string) {
  const incoming = (yield* Bodies).receive(0)
  incoming.append(Buffer.from(text))
  const reading = readPage(incoming.body())
  let longest = 0
  for (let done: boolean | undefined = false; done !== true;) {
    const before = process.threadCpuUsage()
    done = reading.next().done
    const { system, user } = process.threadCpuUsage(before)
    longest = Math.max(longest, (system + user) / 1000)
  }
  return { longest }
})

/** What a page becomes, and the longest turn, in milliseconds of processor time, between two slices. */
const mapped = Effect.fnUntraced(function*(text: string, endpoint: "alerts" | "alerts_v2" = "alerts_v2") {
  const page = yield* decoded(text)
  const known = new Set<string>()
  const prepared = prepare({
    instance: "one",
    endpoint: endpoints[endpoint],
    context: { tenantId: "tenant", displayName: "One", senderHost: "record", graphHost: "graph.microsoft.com" },
    page,
    isKnown: (id) => known.has(id),
    contents: undefined,
    passed: undefined,
    now: 0
  })
  const { brought, slices } = prepared.map()
  const artifacts: Array<Artifact> = []
  const deadLetters: Array<DeadLetter> = []
  let longest = 0
  let before = process.threadCpuUsage()
  for (const slice of slices) {
    const { system, user } = process.threadCpuUsage(before)
    longest = Math.max(longest, (system + user) / 1000)
    artifacts.push(...slice.artifacts)
    deadLetters.push(...slice.deadLetters)
    assert.isAtMost(slice.artifacts.length, sliceArtifacts)
    before = process.threadCpuUsage()
  }
  page.release()
  return { artifacts, brought: brought(), cursors: prepared.cursors, deadLetters, longest }
})

const record = (rest: string) => `{"id":"da1","lastUpdateDateTime":"2026-11-20T11:00:00Z",${rest}}`
const page = (...records: ReadonlyArray<string>) => `{"value":[${records.join(",")}]}`
const evidence = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}`)

/** Artifacts and dead letters of each hostile page that becomes any; each has one record. */
const expected: { readonly [Name in keyof typeof bodies]?: readonly [artifacts: number, deadLetters: number] } = {
  "900,000 small evidence objects": [evidenceMappedMax + 2, 0],
  "5,000,000 empty evidence objects": [evidenceMappedMax + 2, 0],
  "a record nested 5,000,000 levels deep": [0, 1],
  "a small page nested 400,000 levels deep": [0, 1],
  "a small page with 300,000 empty evidence objects": [evidenceMappedMax + 2, 0],
  "one string of 15 MB": [3, 0],
  "one string of 15 MB in escapes": [1, 0],
  "one string of 5,000,000 characters of three bytes": [1, 0],
  "an id of 15 MB": [0, 1],
  "a million properties in one evidence object": [2, 0],
  "a key repeated a million times": [2, 0],
  "evidence repeated a million times": [1, 0],
  "a million properties in one alert": [1, 0],
  "900,000 logged-on users in one device": [2, 0],
  "800,000 comments": [1, 0],
  "1,000,000 techniques": [1, 0],
  "8,000,000 numbers": [1, 0],
  "blanks alone": [0, 0]
}

describe("a hostile page", () => {
  for (const [name, [artifacts, deadLetters]] of Object.entries(expected)) {
    it.effect(`of ${name} is published in short turns`, () =>
      Effect.gen(function*() {
        const text = bodies[name as keyof typeof bodies]()
        assert.isBelow((yield* quick(longestSplit(text))).longest, turnMax)
        const found = yield* quick(mapped(text))
        assert.deepStrictEqual([found.artifacts.length, found.deadLetters.length], [artifacts, deadLetters])
        assert.isBelow(found.longest, turnMax)
        assert.isAtMost(found.brought.drift.length, recordDriftMax)
        if (artifacts > 0) assert.strictEqual(found.cursors.length, 1)
      }))
  }

  it.effect("of a legacy alert with 800,000 user states is published in short turns", () =>
    Effect.gen(function*() {
      const found = yield* quick(mapped(bodies["800,000 user states of a legacy alert"](), "alerts"))
      assert.strictEqual(found.artifacts.length, 1)
      assert.isBelow(found.longest, turnMax)
    }))

  for (
    const name of [
      "290,000 alerts of 55 bytes",
      "290,000 elements that are no alerts",
      "5,000 alerts with 1,000 empty evidence objects each"
    ] as const
  ) {
    it.effect(`of ${name} is refused like one that is too large`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(decoded(bodies[name]()))
        assert.deepInclude(error, { _tag: "BodyTooLarge", holds: pageHolds })
      }))
  }

  it.effect("is cut in steps of stepBytes, and without a list of records is no page", () =>
    Effect.gen(function*() {
      assert.isAbove(bodies["no list of records"]().length, 10 * stepBytes)
      assert.strictEqual((yield* Effect.flip(decoded(bodies["no list of records"]())))._tag, "DecodeFailed")
    }))
})

describe("the evidence of an alert", () => {
  it.effect("over evidenceMappedMax is published in one artifact more, and nothing is lost", () =>
    Effect.gen(function*() {
      const all = evidence(evidenceMappedMax + 3)
      // Below and above what is parsed at once, and in a page that is cut.
      for (const filler of ["", "x".repeat(1_100_000)]) {
        const text = record(`"title":"T","evidence":[${all.join(",")}],"status":"new"`)
        const { artifacts, brought } = yield* mapped(
          page(text, `{"id":"da2","lastUpdateDateTime":"2026-11-20T11:00:00Z","x":"${filler}"}`)
        )
        const [own, ...others] = artifacts
        const rest = others[evidenceMappedMax]!
        assert.strictEqual(artifacts.length, evidenceMappedMax + 3)
        assert.deepStrictEqual(
          others.slice(0, evidenceMappedMax).map(({ message }) => message),
          all.slice(0, evidenceMappedMax)
        )
        assert.strictEqual(rest.message, `[${all.slice(evidenceMappedMax).join(",")}]`)
        assert.includeMembers([...rest.tags], ["evidence:rest", "evidenceCount:3", "alertId:da1"])
        assert.strictEqual(
          own!.message,
          record(`"title":"T","evidence":[${all.slice(0, evidenceMappedMax).join(",")}],"status":"new"`)
        )
        assert.strictEqual(rest.id, "e8edbbd73da6605472e385ffd079c425")
        assert.strictEqual(brought.artifacts, artifacts.length)
      }
    }))

  it.effect("of exactly evidenceMappedMax objects has no artifact more", () =>
    Effect.gen(function*() {
      const { artifacts } = yield* mapped(page(record(`"evidence":[${evidence(evidenceMappedMax).join(",")}]`)))
      assert.strictEqual(artifacts.length, evidenceMappedMax + 1)
    }))

  it.effect("is parsed up to evidenceParsed and elementParsedBytes, and published whole", () =>
    Effect.gen(function*() {
      const large = `{"a":"${"x".repeat(elementParsedBytes)}"}`
      const count = Math.floor(evidenceParsed.bytes / elementParsedBytes)
      const { artifacts } = yield* mapped(
        page(record(`"evidence":[${Array.from({ length: count + 5 }, () => large).join(",")}]`))
      )
      assert.strictEqual(artifacts.length, count + 2)
      assert.include(artifacts.at(-1)!.tags, "evidenceCount:5")
      assert.strictEqual(artifacts[1]!.message, large)
      const values = `[${Array.from({ length: evidenceParsed.values / 2 }, () => 1).join(",")}]`
      const dense = yield* mapped(page(record(`"evidence":[${[values, values, values].join(",")}]`)))
      assert.include(dense.artifacts.at(-1)!.tags, "evidenceCount:1")
    }))
})

describe("a large record", () => {
  const small = record(
    `"title":"A title","severity":"high","mitreTechniques":["T1059"],"comments":[{"comment":"c"}],"evidence":[{"@odata.type":"#microsoft.graph.security.ipEvidence","ipAddress":"198.51.100.7","roles":["attacker"]},{"@odata.type":"#microsoft.graph.security.userEvidence","userAccount":{"userPrincipalName":"amy@contoso.example"}}]`
  )

  it.effect("has the artifacts that it would have if it were small, apart from its message", () =>
    Effect.gen(function*() {
      const large = small.replace(/\}$/, `,"customDetails":"${"y".repeat(wholeRecord.bytes)}"}`)
      const [one, other] = [
        yield* mapped(page(small)),
        yield* mapped(
          page(large, large.replace("da1", "da2"), large.replace("da1", "da3"), large.replace("da1", "da4"))
        )
      ]
      const plain = (artifact: Artifact | undefined) => ({ ...artifact, message: "", hash: "" })
      assert.deepStrictEqual(other.artifacts.slice(0, 3).map(plain), one.artifacts.map(plain))
      assert.deepStrictEqual(other.artifacts.slice(1, 3), one.artifacts.slice(1))
      assert.strictEqual(other.artifacts[0]!.message, large)
      assert.isBelow(sliceChars, 4 * large.length)
    }))

  it.effect("is read by the beginnings of its first properties, and its texts do not multiply", () =>
    Effect.gen(function*() {
      const title = "t".repeat(2 * propertyParsedBytes)
      const filler = `"z":"${"z".repeat(1_100_000)}"`
      const properties = Array.from({ length: propertiesParsedMax }, (_, n) => `"p${n}":1`).join(",")
      const [first, late] = [
        yield* mapped(page(record(`"title":"${title}","evidence":[{}],${filler}`))),
        yield* mapped(page(record(`${properties},"title":"T",${filler}`)))
      ]
      assert.isBelow(longFieldBytes["ruleName"]!, propertyParsedBytes)
      for (const { ruleName } of first.artifacts) assert.strictEqual(ruleName.length, longFieldBytes["ruleName"])
      assert.strictEqual(late.artifacts[0]!.ruleName, "Untitled alert")
    }))
})

describe("a list of a record", () => {
  it.effect("becomes at most so many tags, techniques, texts and findings", () =>
    Effect.gen(function*() {
      const many = Array.from({ length: 2 * tagsMax.list }, (_, n) => n)
      const { artifacts: [own], brought } = yield* mapped(page(record(`"systemTags":[${
        many.map((n) => `"s${n}"`)
      }],"mitreTechniques":[${
        many.map((n) => `"T${1000 + n}"`)
      }],"threatDisplayName":"${"n".repeat(2 * comparedTextMax)}","comments":[${
        many.map((n) => `{"unknown${n}":1}`)
      }]`)))
      assert.strictEqual(own!.attackTechniqueIds!.length, techniquesMax)
      assert.strictEqual(
        own!.tags.filter((tag) => tag.startsWith("mitre:")).length,
        tagsMax.ofName
      )
      assert.strictEqual(brought.drift.length, recordDriftMax)
      const drifting = Array.from(
        { length: 25 },
        (_, n) => record(`"comments":[${many.map((n) => `{"unknown${n}":1}`)}]`).replace("da1", `da${n}`)
      )
      assert.strictEqual((yield* mapped(page(...drifting))).brought.drift.length, pageDriftMax)
    }))
})

describe("a record that is nested too deep", () => {
  it.effect("becomes a dead letter with its bytes, moves the mark, and stops no other", () =>
    Effect.gen(function*() {
      const lists = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`
      const deep = record(`"a":1.10,"b":${lists(recordDepthMax)}`)
      const { artifacts, cursors, deadLetters } = yield* mapped(page(deep, record(`"b":${lists(recordDepthMax - 1)}`)))
      assert.strictEqual(artifacts.length, 1)
      assert.strictEqual(cursors.length, 2)
      assert.deepStrictEqual(deadLetters.map(({ path, reason, record }) => ({ path, reason, record })), [{
        path: "$.value[0]",
        reason: "too_deep",
        record: deep
      }])
    }))

  it.effect("is not confused with an id of more than recordIdMax characters", () =>
    Effect.gen(function*() {
      const { deadLetters } = yield* mapped(page(record("\"a\":1").replace("da1", "x".repeat(recordIdMax + 1))))
      assert.deepStrictEqual(deadLetters.map(({ reason }) => reason), ["no_id"])
      assert.isAbove(lightPageValues, 1)
    }))
})
