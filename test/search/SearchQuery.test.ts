import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Result, Schema } from "effect"
import { queryLengthMax, queryTermsMax } from "../../src/domain/Bounds.ts"
import { parse } from "../../src/search/SearchQuery.ts"
import { matchOf } from "../../src/search/Tokenizer.ts"
import { artifact, day, directories, line, open } from "./Index.ts"

const terms = (query: string) =>
  Result.getOrThrow(parse(query)).map(({ field, isPrefix, value }) => `${field}|${value}${isPrefix ? "|…" : ""}`)

const fault = (query: string) => Result.match(parse(query), { onFailure: (bad) => bad.message, onSuccess: () => "" })

describe("Query", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["", []],
    ["  \t ", []],
    ["*", []],
    ["\"\"", []],
    ["invoice overdue", ["text|invoice", "text|overdue"]],
    ["invoice AND overdue", ["text|invoice", "text|overdue"]],
    ["and NEAR", ["text|and", "text|NEAR"]],
    ["\"invoice 88213\"", ["text|invoice 88213"]],
    ["\"invoice 88213", ["text|invoice 88213"]],
    ["inv*", ["text|inv|…"]],
    ["\"invoice 8\"*", ["text|invoice 8|…"]],
    ["user:amy", ["user|amy"]],
    ["USER:Amy@Contoso.example", ["user|Amy@Contoso.example"]],
    ["user:\"amy alberts\" severity:HIGH", ["user|amy alberts", "severity|high"]],
    ["user:am*", ["user|am|…"]],
    ["src_ip:10.0.0.1 dst_ip:2001:db8::1", ["src_ip|10.0.0.1", "dst_ip|2001:db8::1"]],
    ["hostname:web01 stream:azure_security_alert", ["hostname|web01", "stream|azure_security_alert"]],
    ["https://login.c0ntoso.example:8443/x", ["text|https://login.c0ntoso.example:8443/x"]],
    ["localhost:8080", ["text|localhost:8080"]],
    ["web01.contoso.example:443", ["text|web01.contoso.example:443"]],
    ["fe80::1", ["text|fe80::1"]],
    ["dead:beef::1", ["text|dead:beef::1"]],
    ["C:\\Windows\\System32", ["text|C:\\Windows\\System32"]],
    ["12:30", ["text|12:30"]],
    ["alertId:da1", ["text|alertId:da1"]],
    ["verdict:malicious", ["text|verdict:malicious"]],
    ["javascript:alert(1)", ["text|javascript:alert(1)"]],
    ["urn:MailEntity:711e", ["text|urn:MailEntity:711e"]],
    ["\"foo:bar\"", ["text|foo:bar"]],
    ["\"OR\"", ["text|OR"]]
  ]
  for (const [query, expected] of cases) {
    it(`reads ${query === "" ? "nothing" : query}`, () => assert.deepStrictEqual(terms(query), expected))
  }

  it("names the unknown field and the known ones", () => {
    for (
      const part of ["foo:bar", "foo is no field", "src_ip:", "dst_ip:", "hostname:", "user:", "severity:", "stream:"]
    ) {
      assert.include(fault("amy foo:bar"), part)
    }
  })

  it("names the severities for an unknown one", () => {
    for (const query of ["severity:grave", "severity:hi*"]) {
      assert.match(
        fault(query),
        /^severity:.* is no severity; possible are informational, low, medium, high, critical$/
      )
    }
  })

  it("says what is missing or not possible", () => {
    assert.match(fault("user:"), /^user: needs a value, such as user:amy@contoso\.example$/)
    assert.match(fault("user:\"\""), /needs a value/)
    assert.match(fault("src_ip:10.0.0.0/8"), /is no address; search for a network .* src_ip:10\.0\.0\.\*$/)
    assert.match(fault("!!!"), /no letter and no digit/)
    assert.match(fault("a*"), /needs 2 characters before the star/)
    assert.match(fault("a OR b"), /OR is not possible/)
    assert.match(fault("NOT b"), /NOT is not possible/)
  })

  it("limits the length and the number of terms", () => {
    assert.strictEqual(fault("x".repeat(queryLengthMax)), "")
    assert.include(fault("x".repeat(queryLengthMax + 1)), `${queryLengthMax} characters`)
    assert.strictEqual(fault("x ".repeat(queryTermsMax)), "")
    assert.include(fault("x ".repeat(queryTermsMax + 1)), `${queryTermsMax} terms`)
  })
})

it.layer(NodeServices.layer)("Query, against a database", (it) => {
  /** What has a meaning to FTS5, SQL or the parser, and what attackers write. */
  const pieces = [
    "\"",
    "'",
    "*",
    "^",
    "(",
    ")",
    ":",
    "{",
    "}",
    "-",
    "+",
    "NEAR",
    "AND",
    "OR",
    "NOT",
    "user:",
    "text",
    "\0"
  ]
    .concat([
      "\u202e",
      "\u200b",
      "\ud800",
      "\ue101",
      "é",
      "中",
      "😀",
      "a",
      "1",
      " ",
      "\\",
      ";--",
      "$",
      "%",
      "NEAR(a b)",
      "\n"
    ])

  it.effect("no query of special characters is an error to the database", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, line(artifact("a")))
      const { followed, reading } = yield* open(places)
      yield* followed
      let parsed = 0
      let seed = 1
      const next = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below
      for (let round = 0; round < 5000; round++) {
        const query = Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]).join("")
        const result = parse(query)
        if (Result.isFailure(result)) {
          assert.isAbove(result.failure.fault.length, 0)
          continue
        }
        parsed++
        reading.find({ match: matchOf(result.success), from: 0, to: Infinity, before: undefined, limit: 10 })
      }
      assert.isAbove(parsed, 500)
    }))

  it.effect.prop("no other query is an error to the database", [Schema.String], ([query]) =>
    Effect.gen(function*() {
      const result = parse(query)
      if (Result.isFailure(result)) return
      const { reading } = yield* open(yield* directories)
      reading.find({ match: matchOf(result.success), from: 0, to: Infinity, before: undefined, limit: 10 })
    }))
})
