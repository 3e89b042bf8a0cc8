import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Headers } from "effect/http"
import { stringify } from "../../../src/artifacts/Message.ts"
import { recordDepthMax, wholeRecord } from "../../../src/domain/Bounds.ts"
import * as Bodies from "../../../src/graph/body/Bodies.ts"
import { exactly } from "../../../src/graph/body/GraphJson.ts"
import * as PageBytes from "../../../src/graph/body/PageBytes.ts"
import { CutRecord } from "../../../src/graph/body/SentRecord.ts"
import * as PageAnswer from "../../../src/graph/PageAnswer.ts"

/** A body as it is received. */
const received = (bytes: Uint8Array): Bodies.Body => {
  const incoming = Bodies.make().receive(0)
  incoming.append(bytes)
  return incoming.body()
}

const steps = (page: string | Buffer) => PageBytes.cut(received(Buffer.from(page as Buffer)))

/** Undefined for what is no JSON. */
const cut = (page: string | Buffer): PageBytes.PageBytes | undefined => {
  const cutting = steps(page)
  let step = cutting.next()
  while (step.done !== true) step = cutting.next()
  return step.value === "not JSON" ? undefined : step.value as PageBytes.PageBytes
}

const page = (records: string, nextLink = `"https://graph.example/next"`) =>
  `{"@odata.context":"x","value":[${records}],"@odata.nextLink":${nextLink}}`

/** The result of a full parse of the same page. */
const whole = (text: string) => {
  const { value, ...envelope } = exactly(text) as { readonly value: ReadonlyArray<unknown> }
  return { envelope, value }
}

const evidenceOf = (value: unknown) => {
  const evidence = (value as { readonly evidence?: unknown } | null)?.evidence
  return Array.isArray(evidence) ? evidence.map(stringify) : []
}

/** Normalises a text: of a name that stands twice, only the last value stays. */
const once = (text: string) => stringify(exactly(text))

const asked = ["id", "lastUpdateDateTime", "title"]

/** Fails unless the records equal a full parse. Comparing texts is fast. */
const assertSame = (pieces: PageBytes.PageBytes, text: string) => {
  const { envelope, value } = whole(text.replace(/^\uFEFF/, ""))
  if (!Array.isArray(value)) {
    return assert.deepStrictEqual(JSON.parse(pieces.envelope), JSON.parse(text.replace(/^\uFEFF/, "")))
  }
  const found = pieces.records.map((record) => {
    const { evidence, text, value } = record.content()
    return [once(text), value, evidence.map(once), record.isObject, asked.map((name) => record.property(name))]
  })
  const expected = value.map((sent) => {
    const plain: unknown = JSON.parse(stringify(sent))
    const isObject = typeof plain === "object" && plain !== null && !Array.isArray(plain)
    const properties = new Map(isObject ? Object.entries(plain) : [])
    return [stringify(sent), plain, evidenceOf(sent), isObject, asked.map((name) => properties.get(name))]
  })
  assert.strictEqual(stringify(found), stringify(expected), text)
  assert.strictEqual(stringify(whole(pieces.envelope)), stringify({ envelope, value: [] }), text)
}

/** Like `assertSame`; each text must also be compact. */
const assertPieces = (text: string) => {
  const pieces = cut(text)
  assert.isDefined(pieces, text)
  assertSame(pieces!, text)
  const { value } = whole(text)
  const contents = pieces!.records.map((record) => record.content())
  assert.deepStrictEqual(contents.map((content) => content.text), value.map(stringify), text)
  assert.deepStrictEqual(contents.map((content) => content.evidence), value.map(evidenceOf), text)
}

const written = (value: object, isIndented: boolean) => JSON.stringify(value, undefined, isIndented ? 1 : 0)

const tricky = [
  "",
  "1",
  "null,true,-1.10,\"x\"",
  "{}",
  "{},{}",
  "[],[[1]]",
  `{"id":"1","evidence":[]}`,
  `{"id":"1","evidence":null}`,
  `{"id":"1","evidence":{"evidence":[1]}}`,
  `{"id":"1","evidence":[{"a":1},{"b":[1,2,{"evidence":[3]}]},"x",null,9007199254740993]}`,
  `{"more":{"evidence":[1,2]},"evidence":[{"evidence":[5]}],"list":[{"evidence":[6]}]}`,
  String.raw`{"\u0065vidence":[{"a":1}]}`,
  String.raw`{"id":"a\"b\\","title":"],[}{","evidence":[{"path":"C:\\users\\x\\"},{"q":"\\\""}]}`,
  String.raw`{"id":"\u00dc\/\n","evidence":[{"a":"\ud83d\ude00"}]}`,
  `{"value":[1,2],"evidence":[{"value":[3]}]}`,
  `{"id":"1","labels":{"b":1,"10":2,"9":3},"evidence":[{"2":1,"a":2,"1":3}]}`,
  `{"title":"value","evidence":["evidence","value"]}`,
  String.raw`{"\u0069d":"2","id":"1","lastUpdateDateTime":"\u00fc"}`,
  String.raw`{"id":"1","\u0069d":"2"}`,
  `{"id":"ü","lastUpdateDateTime":"2026-11-20T12:00:00Z","title":"€𝄞"}`,
  `{"title":"evidence","x":[1],"y":"value","z":[2]}`
]

/** Replace a byte of a page, or are inserted before it. */
const spoilers = [
  ..."\",:[]{}\\-.0eEtnu \t",
  "",
  "\n",
  "\u0000",
  "null",
  "\\u00",
  "\\u0076",
  "\\u0069",
  "value",
  "\uFEFF",
  "\u00a0"
] as const

describe("PageBytes", () => {
  for (const records of tricky) it(`cuts [${records}]`, () => assertPieces(page(records)))

  it("accepts blanks anywhere, and keeps none of them in a record's text", () => {
    assertPieces(` {\n "value" :\t[ { "id" : "1" , "evidence" : [ { "a" : 1 } , 2 ] } , 3 ] , "@odata.count" : 2 }\n`)
    assertPieces(`{"value":[ ]}`)
  })

  it("keeps a name that stands twice as it was sent, and uses the last value as JSON.parse does", () => {
    const text = `{"evidence":[1],"evidence":[2,3]}`
    const [record] = cut(page(text))!.records
    assert.deepStrictEqual(record!.content(), { text, value: { evidence: [2, 3] }, evidence: ["2", "3"] })
  })

  it("accepts no page that is invalid JSON", () => {
    for (
      const text of ["", "[]", `{"value":[1`, `{"value":["a]}`, `{"value":[1,]}`, `{"value":[,1]}`, `{"value":[1]`]
    ) {
      assert.isUndefined(cut(text), text)
    }
  })

  it("leaves the envelope of a page without a list of records as it is, and uses the last of two lists", () => {
    for (const text of ["{}", `{"value":{}}`, `{"value":null}`]) {
      assert.deepStrictEqual(cut(text), { envelope: text, records: [] })
    }
    for (const text of [`{"value":[1],"value":[2]}`, String.raw`{"value":[1],"\u0076alue":[2]}`]) {
      assertSame(cut(text)!, text)
    }
    assert.strictEqual(steps(`{"x":"${"y".repeat(wholeRecord.bytes)}"}`).next().value, "no page")
  })

  it("cuts records at any depth, and marks those nested deeper than recordDepthMax", () => {
    const lists = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`
    const objects = (levels: number) => `${`{"a":`.repeat(levels)}1${"}".repeat(levels)}`
    for (
      const [record, depth] of [
        [`{"a":${lists(recordDepthMax - 1)}}`, recordDepthMax],
        [objects(recordDepthMax), recordDepthMax],
        [`{"evidence":[${objects(recordDepthMax - 2)}]}`, recordDepthMax],
        [`{"a":${lists(recordDepthMax)}}`, recordDepthMax + 1],
        [`{"evidence":[1,${objects(recordDepthMax - 1)}],"a":1}`, recordDepthMax + 1],
        [`{"a":${lists(1_000_000)}}`, 1_000_001]
      ] as const
    ) {
      const pieces = cut(page(record))!
      const [isDeep] = pieces.records.map((one) => one.isDeep)
      assert.strictEqual(isDeep, depth > recordDepthMax, record.slice(0, 100))
      if (isDeep) assert.strictEqual(pieces.records[0]!.exact(), record)
      else assertPieces(page(record))
    }
    assert.isUndefined(cut(page(`{"a":`.repeat(1_000_000))))
    assert.isUndefined(cut(`{"value":[],"a":${"[".repeat(1_000_000)}`))
  })

  it("accepts no record that is invalid JSON", () => {
    for (
      const records of [
        "{",
        "{]",
        "01",
        "1.",
        "+1",
        "1e",
        "nul",
        "trues",
        "{1:2}",
        `{"a":}`,
        `{"a" "b"}`,
        `{"a"}`,
        "1 2",
        String.raw`"\x"`,
        String.raw`"\u12g4"`,
        "\"a\nb\"",
        `{"id":"1",}`,
        `{"id":"1"}}`,
        "\uFEFF1"
      ]
    ) {
      assert.throws(() => whole(page(records)), undefined, undefined, records)
      assert.isUndefined(cut(page(records)), records)
    }
  })

  it("parses a record again at each call, and finds its identifying properties without a parse", () => {
    const [record] = cut(page(`{"id":"1","lastUpdateDateTime":"t","x":1,"__proto__":{"y":2}}`))!.records
    assert.notStrictEqual(record!.content().value, record!.content().value)
    assert.deepStrictEqual(["id", "lastUpdateDateTime", "x", "y", "toString"].map((name) => record!.property(name)), [
      "1",
      "t",
      1,
      undefined,
      undefined
    ])
    assert.isTrue(record!.isObject)
    assert.isFalse(cut(page("null"))!.records[0]!.isObject)
  })

  it.effect.prop("gives the records of a full parse, whatever is in a page", [
    Schema.Array(Schema.Json),
    Schema.Array(Schema.Json),
    Schema.Boolean
  ], ([records, evidence, isIndented]) =>
    Effect.sync(() => {
      const value = [...records, { id: "1", evidence, more: records }]
      assertPieces(written({ "@odata.count": 1, value }, isIndented))
    }))

  it("accepts a spoiled page only when JSON.parse does, with the same records, wherever it is spoiled", () => {
    const whole = Buffer.from(page(tricky.filter((records) => records !== "").join(",")))
    let taken = 0
    for (const [index, spoiler] of spoilers.entries()) {
      // Each byte is put at one place in five, and each at different places.
      for (let at = index % 5; at <= whole.length; at += 5) {
        for (const left of [at, at + 1]) {
          const spoiled = Buffer.concat([whole.subarray(0, at), Buffer.from(spoiler), whole.subarray(left)])
          const pieces = cut(spoiled)
          if (pieces === undefined) continue
          taken++
          assertSame(pieces, spoiled.toString())
        }
      }
    }
    assert.isAbove(taken, 1000)
  })
})

it.effect("a large page and a small one give a record the same texts", () =>
  Effect.gen(function*() {
    const record = String
      .raw`{"id":"1","n":1.10,"path":"C:\\users","labels":{"b":1,"10":2},"evidence":[{"x":1.50},"\u00dc"]}`
    const filler = `{"id":"2","text":"${"x".repeat(1_100_000)}"}`
    const decoded = (records: string) =>
      PageAnswer.decode({ status: 200, headers: Headers.empty, body: received(Buffer.from(page(records))) }, 0)
    const [small, large] = [yield* decoded(record), yield* decoded(`${record},${filler}`)]
    assert.strictEqual(large.records.length, 2)
    assert.instanceOf(large.records[0], CutRecord)
    assert.deepStrictEqual(large.records[0]!.content(), small.records[0]!.content())
    assert.strictEqual(large.nextLink, "https://graph.example/next")
    const broken = yield* Effect.flip(decoded(`{"id":"1",},${filler}`))
    assert.strictEqual(broken._tag, "Unavailable")
  }))
