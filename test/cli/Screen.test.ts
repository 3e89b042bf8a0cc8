import { assert, it } from "@effect/vitest"
import * as Screen from "../../src/cli/Screen.ts"
import { artifact } from "../support/Artifacts.ts"

it("a line of the demo has severity, kind, type, title and subject, and no link that can be clicked", () => {
  const line = Screen.line({
    ...artifact("1"),
    ruleName: "A potentially malicious URL click was detected",
    tags: ["tenantId:1", "evidence:url"],
    userName: "amy@contoso.example",
    fqdn: "login.c0ntoso.example"
  })
  assert.match(line, /^medium +└ url +threat_event +A potentially/)
  assert.include(line, "amy@contoso.example  login[.]c0ntoso[.]example")
})

it("no text of an artifact can control the terminal", () => {
  const line = Screen.line({ ...artifact("1"), ruleName: "\u001b[2J\u202egnp.exe" })
  // oxlint-disable-next-line eslint/no-control-regex
  assert.notMatch(line, /[\u001b\u202e]/)
})
