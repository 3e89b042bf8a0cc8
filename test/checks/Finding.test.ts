/** Tests that a cause which several tenants meet is told once by `check`. */
import { assert, describe, it } from "@effect/vitest"
import { digest, type Finding, teller } from "../../src/checks/Finding.ts"

const dns = (instance: string, check: string): Finding => ({
  instance,
  check,
  outcome: "failed",
  code: "dns_failed",
  message: "host name not found",
  remedy: "Check the machine's DNS"
})

const passed: Finding = { instance: "b", check: "clock", outcome: "passed", message: "within 1 s" }
const warned: Finding = { check: "settings", outcome: "warning", message: "can be read", remedy: "chmod 600" }

describe("findings", () => {
  it("of a cause that was told of an earlier instance or check name only that one", () => {
    const tell = teller()
    const told = [dns("a", "Graph"), dns("a", "token"), passed, dns("b", "Graph"), warned, warned].map(tell)
    assert.deepStrictEqual(told, [
      "  ✗ Graph          host name not found  code=dns_failed\n                   → Check the machine's DNS",
      "  ✗ token          as for Graph  code=dns_failed",
      "  ✓ clock          within 1 s",
      "  ✗ Graph          as for a  code=dns_failed",
      "  ? settings       can be read\n                   → chmod 600",
      "  ? settings       can be read\n                   → chmod 600"
    ])
  })

  it("are named at the end, each cause once, the failed ones first", () => {
    const all = [
      warned,
      passed,
      ...["a", "b", "c", "d", "e", "f", "g"].map((name) => dns(name, "Graph")),
      dns("a", "token")
    ]
    assert.deepStrictEqual(digest(all), [
      "  ✗ Graph, token   a, b, c, d, e and 2 more: host name not found  code=dns_failed\n                   → Check the machine's DNS",
      "  ? settings       can be read\n                   → chmod 600"
    ])
    assert.deepStrictEqual(digest([passed]), [])
  })
})
