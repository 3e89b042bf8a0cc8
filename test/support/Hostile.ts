/** Answers of a tenant that wants to stop the process for all others. */
import { Buffer } from "node:buffer"
import { gzipSync } from "node:zlib"
import { pageBytesMax } from "../../src/domain/Bounds.ts"

const times = (count: number, text: string) => `${text},`.repeat(count).slice(0, -1)

const head = `"lastUpdateDateTime":"2026-11-20T11:00:00Z","lastModifiedDateTime":"2026-11-20T11:00:00Z"`

const page = (records: string) => `{"@odata.context":"x","value":[${records}]}`
const record = (rest: string) => page(`{"id":"da1",${head},${rest}}`)
const ofType = (type: string, rest: string) => `{"@odata.type":"#microsoft.graph.security.${type}Evidence",${rest}}`
const lists = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`

const numbered = (count: number, of: (n: number) => string) => Array.from({ length: count }, (_, n) => of(n)).join(",")

/** Bodies of pages by what is wrong with them, each below the bound of a page's bytes. Made on demand: each has megabytes. */
export const bodies = {
  "900,000 small evidence objects": () => record(`"evidence":[${times(900_000, `{"a":12345}`)}]`),
  "5,000,000 empty evidence objects": () => record(`"evidence":[${times(5_000_000, "{}")}]`),
  "a record nested 5,000,000 levels deep": () => record(`"additionalData":${lists(5_000_000)}`),
  "a small page nested 400,000 levels deep": () => record(`"additionalData":${lists(400_000)}`),
  "a small page with 300,000 empty evidence objects": () => record(`"evidence":[${times(300_000, "{}")}]`),
  "one string of 15 MB": () => record(`"title":"${"x".repeat(15_000_000)}","evidence":[{},{}]`),
  "one string of 15 MB in escapes": () => record(String.raw`"description":"${String.raw`\u0041`.repeat(2_500_000)}"`),
  "one string of 5,000,000 characters of three bytes": () => record(`"description":"${"語".repeat(5_000_000)}"`),
  "an id of 15 MB": () => page(`{"id":"${"x".repeat(15_000_000)}",${head}}`),
  "a million properties in one evidence object": () =>
    record(`"evidence":[{${numbered(1_000_000, (n) => `"p${n}":1`)}}]`),
  "a key repeated a million times": () => record(`"evidence":[{${times(1_000_000, `"a":1`)}}]`),
  "evidence repeated a million times": () => record(times(1_000_000, `"evidence":[]`)),
  "a million properties in one alert": () => record(numbered(1_000_000, (n) => `"p${n}":1`)),
  "900,000 logged-on users in one device": () =>
    record(`"evidence":[${ofType("device", `"loggedOnUsers":[${times(800_000, `{"accountName":"a"}`)}]`)}]`),
  "800,000 comments": () => record(`"comments":[${times(800_000, `{"comment":"x"}`)}]`),
  "1,000,000 techniques": () =>
    record(`"mitreTechniques":[${numbered(1_000_000, (n) => `"T${1000 + n % 9000}.${100 + n % 900}"`)}]`),
  "800,000 user states of a legacy alert": () => record(`"userStates":[${times(800_000, `{"accountName":"a"}`)}]`),
  "8,000,000 numbers": () => record(`"additionalData":[${times(8_000_000, "1")}]`),
  "1,000 evidence objects of 16 KB": () => record(`"evidence":[${times(1000, `{"a":[${times(5000, "{}")}]}`)}]`),
  "290,000 alerts of 55 bytes": () =>
    page(numbered(290_000, (n) => `{"id":"${n}","lastUpdateDateTime":"2026-11-20T11:00Z"}`)),
  "290,000 elements that are no alerts": () => page(times(290_000, `"an element of forty characters or so here"`)),
  "5,000 alerts with 1,000 empty evidence objects each": () =>
    page(numbered(5000, (n) => `{"id":"${n}",${head},"evidence":[${times(1000, "{}")}]}`)),
  "blanks alone": () => `{"value":[${" ".repeat(16_000_000)}]}`,
  "no list of records": () => `{"x":[${times(5_000_000, "{}")}]}`
} as const satisfies { readonly [name: string]: () => string }

/** A gigabyte of blanks in a megabyte. */
export const bomb = (): Buffer =>
  gzipSync(Buffer.concat([Buffer.from(`{"value":[`), Buffer.alloc(64 * pageBytesMax, 32)]))
