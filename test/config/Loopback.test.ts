import { assert, it } from "@effect/vitest"
import { hostOf, isLoopback } from "../../src/config/Loopback.ts"

it("a host is told without its port", () => {
  assert.deepStrictEqual(["A.b:1", "[::1]:1", "[::1]", "a.", "a:"].map(hostOf), ["a.b", "::1", "::1", "a", "a"])
})

it("this machine's own addresses are told with brackets and without", () => {
  for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "::1", "[::1]"]) {
    assert.isTrue(isLoopback(host), host)
  }
  for (const host of ["", "localhost.evil.example", "127.0.0.1.evil.example", "127.evil", "::", "::11", "10.0.0.1"]) {
    assert.isFalse(isLoopback(host), host)
  }
})
