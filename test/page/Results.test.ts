import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { bytes, clockTime, counted, indexLine } from "../../src/page/search/ArtifactFormat.ts"
import { chosen, columns, initialNames, kind, remember, remembered } from "../../src/page/search/Columns.ts"
import { facts } from "../../src/page/search/Facts.ts"
import { artifactValue } from "../../src/page/search/JsonText.ts"
import { addedTo, again, first, more, newest, rowsMax } from "../../src/page/search/Results.ts"
import { namesOf } from "../../src/page/search/TenantNames.ts"
import { changedAt, changes } from "../../src/page/search/Versions.ts"
import { artifactOf, detailOf, following, hostile, rows } from "./Artifacts.ts"

const all = rows(50)
const found = (from: number, to: number, next: number | null = null) => ({
  rows: all.slice(from, to),
  next,
  index: following
})
const keys = ({ rows }: { readonly rows: ReadonlyArray<{ readonly key: number }> }) => rows.map(({ key }) => key)

describe("the colours of severities and states", () => {
  it("differ from every layer by 3:1, in both themes", () => {
    const css = ["Base", "Themes"].map((name) => readFileSync(`src/page/${name}.css`, "utf8")).join("\n")
    const luminance = (colour: string) => {
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4) as [number, number, number]
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const valueOf = (name: string, isDark: boolean): string => {
      const rules = Array.from(css.matchAll(/(:root[^{]*)\{([^}]*)\}/g))
        .filter(([, selector]) => isDark || !selector!.includes("g100"))
      const found = rules.flatMap(([, , body]) => new RegExp(`${name}:\\s*([^;]+);`).exec(body!)?.[1] ?? []).at(-1)
      const other = /^var\((--[\w-]+)\)$/.exec(found ?? "")
      return other === null ? found ?? assert.fail(name) : valueOf(other[1]!, isDark)
    }
    const faint = [false, true].flatMap((isDark) =>
      [
        "--page-high",
        "--page-warning-icon",
        "--page-good-icon",
        "--cds-support-error",
        "--cds-support-info",
        "--cds-icon-secondary"
      ]
        .flatMap((name) =>
          ["--cds-background", "--cds-layer-01", "--cds-layer-hover-01", "--cds-layer-selected-01"].flatMap(
            (ground) => {
              const [dark, light] = [name, ground].map((one) => luminance(valueOf(one, isDark))).sort((a, b) => a - b)
              const contrast = (light! + 0.05) / (dark! + 0.05)
              return contrast >= 3 ? [] : `${name} on ${ground}: ${contrast.toFixed(2)}`
            }
          )
        )
    )
    assert.deepStrictEqual(faint, [])
  })
})

describe("the names of tenants", () => {
  it("are those of the settings, by tenant id", () => {
    const of = (name: string, tenant_id: unknown, more: object = {}) => ({
      name,
      revision: "1",
      document: { credentials: { tenant_id }, ...more },
      has_secret: true
    })
    const names = namesOf({
      instances: [of("one", "AAAA", { display_name: "Contoso" }), of("two", "aaaa"), of("three", "bbbb"), of("four", 4)]
    })
    assert.deepStrictEqual(Array.from(names), [["aaaa", "Contoso"], ["bbbb", "three"]])
  })
})

describe("results", () => {
  it("continue with the next page without repeating a row", () => {
    const results = more(first(found(0, 20, all[19]!.key)), found(18, 40))
    assert.deepStrictEqual(keys(results), keys({ rows: all.slice(0, 40) }))
    assert.isNull(results.next)
  })

  it("sort new rows in by time, and mark them", () => {
    const before = first({ ...found(4, 20, all[19]!.key), rows: [all[3]!, ...all.slice(5, 20)] })
    const results = newest(before, found(2, 12, all[11]!.key))
    assert.deepStrictEqual(keys(results), keys({ rows: all.slice(2, 20) }))
    assert.deepStrictEqual([...results.fresh], [all[2]!.key, all[4]!.key])
    assert.strictEqual(results.next, all[19]!.key)
    assert.strictEqual(newest(results, found(2, 12)), results)
  })

  it("leave no hole when more rows came than a page holds", () => {
    const results = newest(first(found(30, 50)), found(0, 10, all[9]!.key))
    assert.deepStrictEqual(keys(results), keys({ rows: all.slice(0, 10) }))
    assert.strictEqual(results.next, all[9]!.key)
  })

  it("leave rows older than the last row to the next page", () => {
    const before = first(found(0, 10, all[9]!.key))
    assert.strictEqual(newest(before, found(0, 20, all[19]!.key)), before)
    const results = newest(first(found(2, 10, all[9]!.key)), found(0, 20, all[19]!.key))
    assert.deepStrictEqual(keys(results), keys({ rows: all.slice(0, 10) }))
    assert.deepStrictEqual([...results.fresh], [all[0]!.key, all[1]!.key])
    assert.strictEqual(results.next, all[9]!.key)
    assert.strictEqual(addedTo(before, results), 0)
    assert.strictEqual(addedTo(first(found(2, 10)), results), 2)
  })

  it("mark no rows as new that an index finds while it catches up", () => {
    const before = first(found(10, 20))
    const results = newest(before, found(5, 30), { isNews: false })
    assert.deepStrictEqual(keys(results), keys({ rows: all.slice(5, 30) }))
    assert.strictEqual(results.fresh.size, 0)
  })

  it("begin with the rows that come in when there were none", () => {
    const nothing = first(found(0, 0))
    assert.strictEqual(newest(nothing, found(0, 0)), nothing)
    const results = newest(nothing, found(0, 10, all[9]!.key))
    assert.strictEqual(results.next, all[9]!.key)
    assert.strictEqual(results.fresh.size, 10)
  })

  it("are limited: the oldest rows are dropped, and come again with the next page", () => {
    const many = rows(rowsMax + 10)
    const before = first({ rows: many.slice(10), next: null, index: following })
    const results = newest(before, { rows: many.slice(0, 100), next: many[99]!.key, index: following })
    assert.strictEqual(results.rows.length, rowsMax)
    assert.strictEqual(results.next, many[rowsMax - 1]!.key)
  })
})

describe("columns", () => {
  const storage = (stored: string | null) => ({ getItem: () => stored })

  it("are the initial ones until a person chooses, and when the stored choice is invalid", () => {
    for (const stored of [null, "", "{", "7", "[]", "[\"gone\"]", "{\"a\":1}"]) {
      assert.deepStrictEqual(remembered(storage(stored)), initialNames)
    }
    assert.deepStrictEqual(
      remembered({
        getItem: () => {
          throw new Error("forbidden")
        }
      }),
      initialNames
    )
  })

  it("are remembered in their own order", () => {
    let stored = ""
    remember({ setItem: (_, text) => void (stored = text) }, ["title", "time"])
    assert.deepStrictEqual(remembered(storage(stored)), ["time", "title"])
    assert.deepStrictEqual(chosen(["file_hash", "gone"]).map(({ label }) => label), ["File hash"])
  })

  it("show the kind of a row", () => {
    assert.deepStrictEqual([all[0]!, all[4]!, all[7]!].map(kind), ["analyzedMessage", "alert", "incident"])
  })

  it("show no working address, no invisible characters, and no long text", () => {
    for (const row of hostile) {
      for (const { name, text } of columns) {
        const shown = text(row)
        // oxlint-disable-next-line eslint/no-control-regex
        assert.notMatch(shown, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/, name)
        assert.isBelow(shown.length, 2000, name)
      }
    }
    const indicator = columns.find(({ name }) => name === "indicator")!
    assert.strictEqual(indicator.text(all[0]!), "hxxps://login[.]c0ntoso[.]example/owa?u=amy")
    const title = columns.find(({ name }) => name === "title")!
    assert.strictEqual(title.text({ ...all[0]!, title: "click https://evil.example" }), "click hxxps://evil[.]example")
    assert.strictEqual(title.text({ ...all[0]!, title: " \u2003 " }), "Without a title")
    assert.strictEqual(indicator.text(all[5]!), "bert@contoso.example → accounts@fabrikam.example")
  })
})

describe("facts", () => {
  const of = (place: number) => facts(detailOf(all, all[place]!.id)!, artifactValue(artifactOf(all[place]!)))

  it("come from the artifact, each with a term when it can be searched for", () => {
    const told = of(0).flatMap(({ facts }) => facts)
    const fact = (label: string) => told.find((fact) => fact.label === label)
    assert.deepStrictEqual(fact("User"), {
      label: "User",
      text: "amy@contoso.example",
      value: "amy@contoso.example",
      isDisarmed: false,
      term: "userName:amy@contoso.example"
    })
    assert.deepStrictEqual(fact("URL"), {
      label: "URL",
      text: "hxxps://login[.]c0ntoso[.]example/owa?u=amy",
      value: "https://login.c0ntoso.example/owa?u=amy",
      isDisarmed: true,
      term: "uri:\"https://login.c0ntoso.example/owa?u=amy\""
    })
    assert.strictEqual(fact("Last activity")!.term, `endTimeUTC:${all[0]!.time}`)
    assert.match(fact("Last activity")!.text, /^2026-11-25 \d\d:\d\d:\d\d (?:UTC|[+-]\d\d:\d\d)$/)
    assert.strictEqual(fact("Last activity")!.value, all[0]!.time)
    assert.deepStrictEqual(told.filter(({ label }) => label === "Tags").map(({ term }) => term), [
      "tenantId:11111111-1111-4111-8111-111111111111",
      "endpoint:alerts_v2",
      "tags:severity:informational",
      "mitre:T1566.002"
    ])
    assert.isUndefined(fact("Destination IP"))
    assert.deepStrictEqual(told.filter(({ label }) => label === "Techniques").map(({ text }) => text), [
      "T1566.002",
      "T1204"
    ])
  })

  it("come from the row when the artifact is gone", () => {
    const told = facts({ ...detailOf(all, all[3]!.id)!, artifact: null }, undefined)
    assert.deepStrictEqual(told.map(({ label }) => label), ["Event", "Who and where", "Origin"])
    assert.include(told[1]!.facts.map(({ text }) => text), "203.0.113.7")
  })

  it("have fields that nobody knows yet, by their names", () => {
    const told = facts(detailOf(all, all[0]!.id)!, { newField: "value", message: {} })
    assert.deepStrictEqual(told.at(-1), {
      label: "More",
      facts: [{ label: "newField", text: "value", value: "value", isDisarmed: false, term: "newField:value" }]
    })
  })

  it("accept any value as an artifact", () => {
    for (const value of [null, [], 7, "text", { userName: { a: 1 }, tags: [null, {}, 3] }]) {
      assert.isNotEmpty(facts(detailOf(all, all[0]!.id)!, value))
    }
  })
})

describe("versions", () => {
  it("differ in the properties of the record that changed", () => {
    const version = (status: string, more: object) => ({ id: status, message: { status, ...more } })
    const before = version("new", { assignedTo: null, comments: [], evidence: [{ verdict: "unknown" }] })
    const after = version("resolved", { assignedTo: "soc", comments: ["done"], evidence: [{ verdict: "malicious" }] })
    assert.deepStrictEqual(changes(before, after), [
      { path: "assignedTo", before: undefined, after: "soc" },
      { path: "comments.0", before: undefined, after: "done" },
      { path: "evidence.0.verdict", before: "unknown", after: "malicious" },
      { path: "status", before: "new", after: "resolved" }
    ])
    assert.deepStrictEqual(changes(after, after), [])
    assert.isAtMost(
      changes({}, { message: Object.fromEntries(Array.from({ length: 999 }, (_, n) => [`p${n}`, n])) }).length,
      50
    )
    assert.strictEqual(changedAt({ message: { lastUpdateDateTime: "2026-11-25T12:00:00Z" } }), "2026-11-25T12:00:00Z")
    for (const odd of [null, "text", { message: "cut" }, []]) {
      assert.strictEqual(changedAt(odd), "")
      assert.deepStrictEqual(changes(odd, odd), [])
    }
  })

  it("of alerts move up with what is new", () => {
    const before = first(found(0, 3))
    const moved = { ...all[2]!, time: "2026-11-25T17:00:00Z" }
    const after = again(before, { rows: [moved, all[0]!, all[1]!], next: null, index: following })
    assert.deepStrictEqual([keys(after)[0], [...after.fresh]], [moved.key, [moved.key]])
    assert.strictEqual(again(before, found(0, 3)), before)
  })
})

describe("texts", () => {
  it("show sizes and counts", () => {
    assert.deepStrictEqual([0, 999, 1000, 1500, 12_345_678, 999_999_999].map(bytes), [
      "0 bytes",
      "999 bytes",
      "1 KB",
      "1.5 KB",
      "12 MB",
      "1 GB"
    ])
    assert.strictEqual(counted(1, "artifact"), "1 artifact")
    assert.strictEqual(counted(42_113, "artifact"), "42,113 artifacts")
  })

  it("show times on the page's clock, and leave an invalid one as it is", () => {
    assert.match(clockTime("2026-11-25T16:18:47Z"), /^2026-11-2\d \d\d:\d8:47$/)
    assert.strictEqual(clockTime("yester\u202Eday"), "yester⟨U+202E⟩day")
  })

  it("show the state of the index", () => {
    const line = (change: object) => indexLine({ ...following, ...change }).text
    assert.match(line({}), /^42,113 artifacts, the newest of .*; up to date$/)
    assert.strictEqual(
      line({ state: "catching_up", bytes_behind: 12_000_000 }),
      "42,113 artifacts; catching up, 12 MB behind"
    )
    assert.strictEqual(line({ state: "resting" }), "42,113 artifacts; resting until the next search")
    assert.strictEqual(
      line({ state: "resting", bytes_behind: 5000 }),
      "42,113 artifacts; resting 5 KB behind until the next search"
    )
    const lost = indexLine(following, true)
    assert.deepStrictEqual(lost, {
      tone: "quiet",
      text: "The connector does not answer; 42,113 artifacts when it last did"
    })
    assert.strictEqual(line({ state: "off", why: "set search to on" }), "Search is off: set search to on")
    assert.strictEqual(line({ state: "failed", why: "no space left" }), "The index failed: no space left")
  })
})
