import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { queryDepthMax, queryLengthMax, queryTermsMax } from "../../src/domain/Bounds.ts"
import { nearest } from "../../src/search/query/Nearest.ts"
import { parse, type Piece, Refusal, type Syntax } from "../../src/search/query/Syntax.ts"
import { artifact, day, directories, line, open } from "./Index.ts"

const text = (pieces: ReadonlyArray<Piece>): string =>
  pieces.map((piece) => typeof piece === "string" ? piece : piece.wild === "many" ? "✱" : "❓").join("")

/** A parsed query in one line: `✱` and `❓` are wildcards. */
const said = (syntax: Syntax): string => {
  switch (syntax.kind) {
    case "value":
      return `${syntax.field === undefined ? "" : `${syntax.field.name}=`}${text(syntax.value.pieces)}`
    case "range": {
      const { field, high, low } = syntax
      const [from, to] = [
        low === undefined ? "✱" : text(low.value.pieces),
        high === undefined ? "✱" : text(high.value.pieces)
      ]
      return `${field.name}${low?.isIncluded === false ? "{" : "["}${from} ${to}${
        high?.isIncluded === false ? "}" : "]"
      }`
    }
    case "not":
      return `not(${said(syntax.of)})`
    default:
      return `${syntax.kind}(${syntax.of.map(said).join(" ")})`
  }
}

const refused = (query: string) => {
  try {
    return said(parse(query))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { fault, from, to } = error.fault
    return { fault, part: query.slice(from, to) }
  }
}

describe("a query", () => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ["", "all()"],
    [" \t ", "all()"],
    ["*", "✱"],
    ["amy", "amy"],
    ["amy click", "all(amy click)"],
    ["amy AND click", "all(amy click)"],
    ["amy && click", "all(amy click)"],
    ["amy and click", "all(amy click)"],
    ["amy OR click", "any(amy click)"],
    ["amy or click", "any(amy click)"],
    ["a || b", "any(a b)"],
    ["a OR b AND c d", "any(a all(b c d))"],
    ["(a OR b) AND c", "all(any(a b) c)"],
    ["(a)(b)", "all(a b)"],
    ["-amy", "not(amy)"],
    ["!amy", "not(amy)"],
    ["NOT amy", "not(amy)"],
    ["not amy", "not(amy)"],
    ["NOT(a)", "not(a)"],
    ["NOT NOT a", "not(not(a))"],
    ["-(a b)", "not(all(a b))"],
    ["+a -b c", "all(a not(b) c)"],
    ["a-b", "a-b"],
    ["- a", "all(- a)"],
    ["android origin", "all(android origin)"],
    ["user:amy", "user=amy"],
    ["user: amy", "user=amy"],
    ["-user:amy", "not(user=amy)"],
    ["user:(a OR b)", "any(user=a user=b)"],
    ["user:(a AND -b)", "all(user=a not(user=b))"],
    ["user:or", "user=or"],
    ["pid:-5", "pid=-5"],
    ["user:*@x.example", "user=✱@x.example"],
    ["user:a?y", "user=a❓y"],
    ["a\\*b", "a*b"],
    ["\"a * b\"", "a * b"],
    ["\"a b\"*", "a b✱"],
    ["\"say \\\"hi\\\"\"", "say \"hi\""],
    ["\"C:\\\\Users\\\\amy\"", "C:\\Users\\amy"],
    ["\"C:\\Users\\amy\"", "C:\\Users\\amy"],
    ["C:\\Users\\amy", "C:\\Users\\amy"],
    ["https://login.c0ntoso.example:8443/x(1)", "https://login.c0ntoso.example:8443/x(1)"],
    ["hxxps://login[.]c0ntoso[.]example/x", "hxxps://login[.]c0ntoso[.]example/x"],
    ["fe80::1", "fe80::1"],
    ["12:30", "12:30"],
    ["web01.contoso.example:443", "web01.contoso.example:443"],
    ["uri:https://x.example/a:b", "uri=https://x.example/a:b"],
    ["severity:>=medium", "severity[medium ✱]"],
    ["severity>=medium", "severity[medium ✱]"],
    ["severity<high", "severity[✱ high}"],
    ["pid:=5", "pid=5"],
    ["x:{1 TO 5]", "x{1 5]"],
    ["x:[1 to *]", "x[1 ✱]"],
    ["x:[* TO 5}", "x[✱ 5}"],
    ["x:[\"a b\" TO c]", "x[a b c]"],
    ["t:[2026-11-25T12:00:00Z TO now]", "t[2026-11-25T12:00:00Z now]"]
  ]
  for (const [query, expected] of cases) {
    it(`reads ${query === "" ? "nothing" : query}`, () => assert.strictEqual(refused(query), expected))
  }

  const faults: ReadonlyArray<readonly [query: string, part: string, fault: RegExp]> = [
    ["user:", "user:", /^user: needs a value behind the colon$/],
    ["a user: AND b", "user:", /needs a value|AND/],
    ["(amy", "(", /^the bracket is not closed$/],
    ["a (b (c)", "(", /not closed/],
    ["user:(amy", "(", /not closed/],
    ["amy)", ")", /^no bracket was opened/],
    ["()", ")", /nothing between the brackets/],
    ["\"amy", "\"", /^the quote is not closed$/],
    ["\"a b\"~3", "~3", /^~3 after the quotes has no meaning/],
    ["a AND", "AND", /^AND needs a term behind it/],
    ["a or", "or", /as a word of the text it is written "or"$/],
    ["OR a", "OR", /^OR needs a term before it/],
    ["a AND OR b", "AND", /needs a term/],
    ["x:[1 TO", "[", /^the range is not closed/],
    ["x:>=", ">=", /^a value is missing after >=$/],
    ["user:(a user:b)", "user", /only values may stand/]
  ]
  for (const [query, part, fault] of faults) {
    it(`refuses ${query}, and says where`, () => {
      const found = refused(query)
      if (typeof found === "string") return assert.fail(found)
      assert.match(found.fault, fault)
      assert.strictEqual(found.part, part)
    })
  }

  it("has bounds for its length, its terms and its brackets", () => {
    const says = (query: string) => {
      const found = refused(query)
      return typeof found === "string" ? "" : found.fault
    }
    assert.strictEqual(says("x".repeat(queryLengthMax)), "")
    assert.include(says("x".repeat(queryLengthMax + 1)), `${queryLengthMax} characters`)
    assert.strictEqual(says("x ".repeat(queryTermsMax)), "")
    assert.include(says("x ".repeat(queryTermsMax + 1)), `${queryTermsMax} terms`)
    const nested = (depth: number) => `${"(a OR ".repeat(depth)}b${")".repeat(depth)}`
    assert.include(says(nested(queryDepthMax)), "brackets within each other")
  })

  it("names what somebody may have meant", () => {
    const names = ["userName", "user", "src_ip", "severity", "alertId", "incidentId"]
    assert.deepStrictEqual(nearest("usr", names), ["user"])
    assert.include(nearest("sevrity", names), "severity")
    assert.deepStrictEqual(nearest("alert", names), ["alertId"])
    assert.deepStrictEqual(nearest("zzz", names), [])
  })
})

it.layer(NodeServices.layer)("a query, against a database", (it) => {
  /** What has a meaning to FTS5, SQL or the parser, and what attackers write. */
  const pieces = [
    ..."\"'*^():{}[]-+!?~/\\$%\0\u202e\u200b\ud800\ue101\ue106é中😀a1 \n",
    "NEAR",
    "AND",
    "OR",
    "NOT",
    " TO ",
    "user:",
    "text",
    "message:",
    "tags:",
    ";--",
    "NEAR(a b)",
    "src_ip:",
    "severity:",
    "startTimeUTC:[",
    "_exists_:",
    ">=",
    "10.0.0.0/9",
    "amy",
    "now-1d",
    "pid:",
    "alertId:"
  ]

  it.effect("no query of special characters is an error to the database, and none is refused without a place", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      yield* fs.writeFileString(
        `${places.artifacts}/artifacts-${day}-1.ndjson`,
        line(artifact("a", { userName: "amy" }))
      )
      const { asked, followed } = yield* open(places)
      yield* followed
      let answered = 0
      let seed = 1
      const next = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below
      for (let round = 0; round < 5000; round++) {
        const query = Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]).join("")
        const page = asked(query)
        if ("refused" in page) {
          assert.isAbove(page.refused.fault.length, 0, query)
          assert.isTrue(
            page.refused.from >= 0 && page.refused.to <= Math.max(query.length, page.refused.from + 1),
            query
          )
        } else answered++
      }
      assert.isAbove(answered, 500)
    }))

  it.effect.prop("no other query is an error to the database", [Schema.String], ([query]) =>
    Effect.gen(function*() {
      const { asked } = yield* open(yield* directories)
      asked(query)
    }))
})
