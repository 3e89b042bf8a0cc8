/** Checks that every report has a code that is explained, and says what happened and what to do. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, FileSystem } from "effect"
import { failures } from "../../src/graph/FailureTable.ts"
import {
  BodyTooLarge,
  DecodeFailed,
  Forbidden,
  GraphError,
  Rejected,
  Retired,
  Throttled,
  Unauthorized,
  Unavailable
} from "../../src/graph/GraphError.ts"
import { fromGraphError, line } from "../../src/status/Report.ts"
import { reportCodes } from "../../src/status/ReportCodes.ts"

const refusal = { requiredPermissions: ["SecurityAlert.Read.All"], tokenRoles: [] }

/** One failure of each kind that the poller can meet. */
const reasons: ReadonlyArray<GraphError["reason"]> = [
  new Unauthorized({
    by: "login",
    aadsts: 7000215,
    meaning: "The client secret is wrong",
    remedy: "Paste the secret's Value"
  }),
  new Unauthorized({ by: "graph", meaning: "Graph refused the token", remedy: "Check the clock" }),
  ...(["missing_role", "not_licensed", "conditional_access", "unknown"] as const).map((why) =>
    new Forbidden({ why, ...refusal })
  ),
  new Throttled({ retryAfter: Duration.seconds(30) }),
  ...(["http", "network", "dns", "tls", "wrong_host", "proxy", "timeout", "body"] as const).map((kind) =>
    new Unavailable({ kind, detail: "detail" })
  ),
  new Unavailable({ kind: "http", detail: "detail", retryAfter: Duration.minutes(30) }),
  new BodyTooLarge({ bytesMax: 1 }),
  new Retired(),
  new Rejected({ request: "/v1.0/security/alerts_v2" }),
  new DecodeFailed({ issue: "$.value: Expected an array" })
]

it("every failure of a request has a code, a message and a remedy that fit one line", () => {
  const seen = new Set<string>()
  for (const reason of reasons) {
    const error = new GraphError({ endpoint: "alerts_v2", operation: "page", reason })
    const report = fromGraphError({ instance: "i", endpoint: "alerts_v2" }, error, 0)
    seen.add(report.code)
    assert.property(failures, report.code)
    assert.isAbove(report.message.length, 10, report.code)
    assert.isAbove(report.remedy.length, 10, report.code)
    assert.notMatch(line(report), /\n|undefined|\[object/, report.code)
    assert.isBelow(line(report).length, 400, report.code)
  }
  assert.deepStrictEqual(Object.keys(failures).filter((code) => !seen.has(code)), [], "every row of the failure table")
})

it.layer(NodeServices.layer)("reports", (it) => {
  it.effect("use only codes that the README explains, and every explained code is used", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const files = (yield* fs.readDirectory("src", { recursive: true })).filter((name) =>
        name.endsWith(".ts") && !name.startsWith("simulator") && !name.endsWith("ReportCodes.ts")
      )
      const text = (yield* Effect.forEach(files, (name) => fs.readFileString(`src/${name}`))).join("\n")
      const made = new Set(
        Array.from(
          text.matchAll(/\bcode(?: =|:)[^"\n]*\n?[^"\n]*"([a-z_]+)"(?:\s*:\s*"([a-z_]+)")?/g),
          ([, one, other]) => [one ?? "", other ?? ""]
        ).flat().filter((word) => word.includes("_") || word === "gap")
      )
      assert.isAbove(made.size, 10)
      for (const code of made) assert.isTrue(code in reportCodes || code in failures, `${code} is not explained`)
      for (const code of Object.keys(reportCodes)) assert.include(text, `${code}`, `${code} is never made`)
    }))
})
