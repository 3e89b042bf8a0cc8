import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { networkOf } from "../../src/config/PageSettings.ts"
import { decodeProcess } from "../../src/config/SettingsDocument.ts"

const decode = (page: object) => decodeProcess("test", JSON.stringify({ page }))

it.effect("by default the status is open, and no proxy is trusted", () =>
  Effect.gen(function*() {
    assert.deepStrictEqual((yield* decode({})).page, { status: "open", trusted_proxies: [] })
  }))

it.effect("the public address is an origin, with or without its final slash", () =>
  Effect.gen(function*() {
    for (const public_url of ["https://azure.example.com", "https://azure.example.com/", "http://10.0.0.5:8080"]) {
      assert.strictEqual((yield* decode({ public_url })).page.public_url, public_url)
    }
    for (
      const public_url of [
        "azure.example.com",
        "ftp://x",
        "https://x/azure",
        "https://x?a",
        "https://x#a",
        "https://u:p@x"
      ]
    ) {
      const { faults } = yield* Effect.flip(decode({ public_url }))
      assert.match(faults.join(), /^page\.public_url: Expected http:\/\/ or https:/, public_url)
    }
  }))

it.effect("a proxy is an address or a network", () =>
  Effect.gen(function*() {
    const good = ["10.0.0.5", "10.0.0.0/8", "::1", "fd00::/8"]
    assert.deepStrictEqual((yield* decode({ trusted_proxies: good })).page.trusted_proxies, good)
    for (const text of ["proxy.example", "10.0.0.0/33", "10.0.0", "/8", "10.0.0.5:80"]) {
      assert.isUndefined(networkOf(text), text)
      const { faults } = yield* Effect.flip(decode({ trusted_proxies: [text] }))
      assert.match(faults.join(), /^page\.trusted_proxies\.0: Expected an address such as/, text)
    }
  }))
