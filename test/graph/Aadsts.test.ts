import { assert, describe, it } from "@effect/vitest"
import { explain, isTransient, refusals } from "../../src/graph/Aadsts.ts"

describe("Aadsts", () => {
  it("explains each number that a client credentials request can get", () => {
    const secrets = [7000215, 7000222, 700025, 7000216, 7000218]
    const settings = [700016, 90002, 900023, 7000112, 70011, 1002012, 500011, 53003]
    const assertions = [700027, 700024, 700213, 70021]
    for (const code of [...secrets, ...settings, ...assertions]) assert.property(refusals, String(code))
  })

  it("gives the cause and the remedy, in one line each, without exclamation marks", () => {
    for (const [code, { meaning, remedy }] of Object.entries(refusals)) {
      for (const line of [meaning, remedy]) {
        assert.notInclude(line, "\n", code)
        assert.isAtMost(line.length, 160, code)
        assert.match(line, /^[A-Z][^!]*[^.!]$/, code)
      }
    }
  })

  it("tells the Value of a secret from its Secret ID", () => {
    assert.include(explain(7000215).remedy, "Value, not its Secret ID")
    assert.include(
      explain(7000222).remedy,
      "create a new client secret under Certificates & secrets and paste its Value, not its Secret ID"
    )
  })

  it("names an unknown number, and where to look it up", () => {
    assert.include(explain(123456).meaning, "AADSTS123456")
    assert.include(explain(123456).remedy, "123456")
    assert.isNotEmpty(explain(undefined).remedy)
    assert.strictEqual(
      explain(123456, "The grant is not there").meaning,
      "The token endpoint refused the credentials (AADSTS123456) and says: The grant is not there"
    )
    assert.notInclude(explain(7000215, "Invalid client secret").meaning, "says")
  })

  it("treats as transient what OAuth says first, and numbers that pass by themselves, but no refusal", () => {
    for (const error of ["temporarily_unavailable", "server_error"]) assert.isTrue(isTransient(error, 7000215))
    for (const code of [50033, 90006, 90012, 90024, 90033]) assert.isTrue(isTransient("invalid_client", code))
    assert.isFalse(isTransient("invalid_client", Number.NaN))
    for (const code of Object.keys(refusals)) assert.isFalse(isTransient("invalid_client", Number(code)), code)
  })
})
