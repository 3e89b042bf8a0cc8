import { assert, describe, it } from "@effect/vitest"
import { addressKey, addressText, networkKeys } from "../../src/search/query/Addresses.ts"
import { beginnings, isoOf, spanOf } from "../../src/search/query/Times.ts"

const now = Date.UTC(2026, 10, 25, 16, 30)

describe("a time of a query", () => {
  it("names a span", () => {
    const cases: ReadonlyArray<readonly [string, string, string]> = [
      ["2026", "2026-01-01T00:00:00", "2027-01-01T00:00:00"],
      ["2026-12", "2026-12-01T00:00:00", "2027-01-01T00:00:00"],
      ["2024-02-29", "2024-02-29T00:00:00", "2024-03-01T00:00:00"],
      ["2026-11-25T08", "2026-11-25T08:00:00", "2026-11-25T09:00:00"],
      ["2026-11-25t08:30z", "2026-11-25T08:30:00", "2026-11-25T08:31:00"],
      ["2026-11-25T08:30:15.1234567Z", "2026-11-25T08:30:15", "2026-11-25T08:30:16"],
      ["now", "2026-11-25T16:30:00", "2026-11-25T16:30:01"],
      ["now-7d", "2026-11-18T16:30:00", "2026-11-18T16:30:01"]
    ]
    for (const [text, from, to] of cases) {
      const span = spanOf(text, now)!
      assert.deepStrictEqual([isoOf(span.from), isoOf(span.to)], [from, to], text)
    }
    for (
      const text of ["", "yesterday", "2026-13", "2026-02-30", "2026-11-25T24:00", "now-7y", "26-11-25", "2026-1-1"]
    ) {
      assert.isUndefined(spanOf(text, now), text)
    }
  })

  it("is within a range's beginnings exactly when it is within the range", () => {
    let seed = 7
    const next = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below
    const at = () => Date.UTC(2019 + next(12), next(12), 1 + next(31), next(24), next(60), next(60))
    for (let round = 0; round < 300; round++) {
      const [from, to] = [at(), at()].sort((one, other) => one - other) as [number, number]
      const found = beginnings(from, to)
      for (const time of [from, to, from - 1000, to - 1000, to + 1000, at(), at()]) {
        const isWithin = time >= from && time < to
        assert.strictEqual(found.filter((start) => isoOf(time).startsWith(start)).length, isWithin ? 1 : 0)
      }
    }
    assert.deepStrictEqual(beginnings(Date.UTC(2026, 10, 1), Date.UTC(2026, 11, 2)), ["2026-11", "2026-12-01"])
    assert.deepStrictEqual(beginnings(), ["19", "20", "21"])
  })
})

describe("an address of a query", () => {
  it("is the same in any spelling", () => {
    const key = addressKey("2001:db8::1")
    for (const other of ["2001:DB8:0:0:0:0:0:1", "2001:0db8::0001", "[2001:db8::1]", "2001:db8::0.0.0.1"]) {
      assert.strictEqual(addressKey(other), key, other)
    }
    assert.strictEqual(addressText(key!), "2001:db8::1")
    assert.strictEqual(addressText(addressKey("::ffff:10.0.0.7")!), "10.0.0.7")
    for (const none of ["", "10.0.0", "10.0.0.256", "ws-25", "2001:db8"]) assert.isUndefined(addressKey(none), none)
  })

  it("is in a network exactly when its key begins as one of the network's", () => {
    const number = (address: string) => address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0)
    let seed = 3
    const next = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below
    for (let bits = 0; bits <= 32; bits++) {
      const base = [10 + next(200), next(256), next(256), next(256)].join(".")
      const keys = networkKeys(base, String(bits))!
      const size = 2 ** (32 - bits)
      for (
        const other of [
          base,
          ...Array.from({ length: 40 }, (_, place) => {
            const near = Math.floor(number(base) / size) * size + (place - 20) * Math.max(1, size / 16)
            const value = Math.min(2 ** 32 - 1, Math.max(0, Math.floor(near)))
            return [value / 2 ** 24, value / 65_536, value / 256, value].map((one) => Math.floor(one) % 256).join(".")
          })
        ]
      ) {
        const isWithin = Math.floor(number(other) / size) === Math.floor(number(base) / size)
        assert.strictEqual(
          keys.some((key) => addressKey(other)!.startsWith(key)),
          isWithin,
          `${other} in ${base}/${bits}`
        )
      }
    }
    const six = (network: string, bits: string, address: string) =>
      networkKeys(network, bits)!.some((key) => addressKey(address)!.startsWith(key))
    assert.isTrue(six("2001:db8::", "32", "2001:db8:ffff::1"))
    assert.isFalse(six("2001:db8::", "32", "2001:db9::1"))
    assert.isTrue(six("2001:db8::", "33", "2001:db8:7fff::1"))
    assert.isFalse(six("2001:db8::", "33", "2001:db8:8000::1"))
    assert.isTrue(six("2001:db8::1", "128", "2001:db8::1"))
    for (
      const [network, bits] of [["10.0.0.0", "33"], ["10.0.0.0", ""], ["10.0.0", "8"], ["::", "129"], [
        "x",
        "8"
      ]] as const
    ) {
      assert.isUndefined(networkKeys(network, bits), `${network}/${bits}`)
    }
  })
})
