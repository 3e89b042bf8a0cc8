import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { hasSkip, hasSkipToken, pin, type Stray } from "../../src/graph/NextLink.ts"

const home = { origin: "https://graph.microsoft.com", path: "/v1.0/security/alerts_v2" }
const base = `${home.origin}${home.path}`

describe("NextLink", () => {
  describe("pin", () => {
    for (
      const link of [
        base,
        `${base}?$top=1000&$skip=1000`,
        `${base}?%24skiptoken=a%2Fb%3D%3D`,
        `${base}?$filter=lastUpdateDateTime%20ge%202026-11-23T00:00:00Z&$skiptoken=x//y@z`,
        `https://graph.microsoft.com:443${home.path}?$skip=1`,
        `${base}?$filter=lastUpdateDateTime ge 2026-11-23T00:00:00Z&$skip=1000`,
        `HTTPS://GRAPH.MICROSOFT.COM${home.path}?$skip=1`
      ]
    ) {
      it(`follows ${link}`, () => {
        const pinned = pin(link, home)
        assert.isTrue(Result.isSuccess(pinned))
        assert.isTrue(Result.getOrThrow(pinned).startsWith(base))
      })
    }

    const hostile: ReadonlyArray<readonly [link: string, stray: Stray]> = [
      ["", "malformed"],
      ["/v1.0/security/alerts_v2?$skip=1", "malformed"],
      ["//evil.example/v1.0/security/alerts_v2", "malformed"],
      ["https:///graph.microsoft.com/v1.0/security/alerts_v2", "malformed"],
      ["https:graph.microsoft.com/v1.0/security/alerts_v2", "malformed"],
      ["http://graph.microsoft.com/v1.0/security/alerts_v2", "scheme"],
      ["ftp://graph.microsoft.com/v1.0/security/alerts_v2", "scheme"],
      ["javascript:alert(1)", "malformed"],
      ["https://evil.example/v1.0/security/alerts_v2", "host"],
      ["https://graph.microsoft.com.evil.example/v1.0/security/alerts_v2", "host"],
      ["https://graph.microsoft.com./v1.0/security/alerts_v2", "host"],
      ["https://graph-microsoft.com/v1.0/security/alerts_v2", "host"],
      ["https://graph.microsoft.com:8443/v1.0/security/alerts_v2", "port"],
      ["https://graph.microsoft.com:80/v1.0/security/alerts_v2", "port"],
      ["https://graph.microsoft.com@evil.example/v1.0/security/alerts_v2", "malformed"],
      ["https://user:secret@graph.microsoft.com/v1.0/security/alerts_v2", "malformed"],
      ["https://@graph.microsoft.com/v1.0/security/alerts_v2", "malformed"],
      ["https://graph.microsoft.com/v1.0/security/alerts_v2#@evil.example/", "malformed"],
      ["https://graph.microsoft.com\\@evil.example/v1.0/security/alerts_v2", "malformed"],
      ["https://evil.example\\@graph.microsoft.com/v1.0/security/alerts_v2", "malformed"],
      ["https://graph.microsoft.com\t/v1.0/security/alerts_v2", "malformed"],
      ["https://graph.microsoft.com/v1.0/security/alerts_v2\r\nHost: evil.example", "malformed"],
      ["https://graph.microsoft.com /v1.0/security/alerts_v2", "malformed"],
      ["https://graph.microsoft.com/v1.0/security/alerts_v2?$skip=1 ", "malformed"],
      [" https://graph.microsoft.com/v1.0/security/alerts_v2", "malformed"],
      ["https://graph.microsoft.com/v1.0/security/alerts_v2\u0000", "malformed"],
      ["https://gr\u0430ph.microsoft.com/v1.0/security/alerts_v2", "malformed"],
      ["https://graph.microsoft.com/v1.0/security/incidents", "path"],
      ["https://graph.microsoft.com/beta/security/alerts_v2", "path"],
      ["https://graph.microsoft.com/v1.0/security/alerts_v2/", "path"],
      ["https://graph.microsoft.com/v1.0/security/alerts_v2/x", "path"],
      ["https://graph.microsoft.com/V1.0/security/alerts_v2", "path"],
      ["https://graph.microsoft.com//v1.0/security/alerts_v2", "path"],
      ["https://graph.microsoft.com/v1.0/x/../security/alerts_v2", "path"],
      ["https://graph.microsoft.com/v1.0/./security/alerts_v2", "path"],
      ["https://graph.microsoft.com/v1.0/security/alerts%5Fv2", "path"],
      ["https://graph.microsoft.com/%2e%2e/v1.0/security/alerts_v2", "path"],
      ["https://graph.microsoft.com", "path"],
      ["https://[::1]/v1.0/security/alerts_v2", "host"],
      ["https://2130706433/v1.0/security/alerts_v2", "host"]
    ]
    for (const [link, stray] of hostile) {
      it(`refuses ${JSON.stringify(link)} for its ${stray}`, () => {
        assert.deepStrictEqual(pin(link, home), Result.fail(stray))
      })
    }

    it("pins a simulator on loopback to its port", () => {
      const loopback = { origin: "http://127.0.0.1:8080", path: "/v1.0/security/alerts" }
      assert.isTrue(Result.isSuccess(pin("http://127.0.0.1:8080/v1.0/security/alerts?$skip=1", loopback)))
      assert.deepStrictEqual(pin("http://127.0.0.1:8081/v1.0/security/alerts", loopback), Result.fail("port"))
      assert.deepStrictEqual(pin("https://127.0.0.1:8080/v1.0/security/alerts", loopback), Result.fail("scheme"))
    })

    it.prop("never accepts a text that leads to another origin or path", [Schema.String], ([text]) => {
      for (const link of [text, `${home.origin}${text}`, `${base}${text}`, `https://${text}${home.path}`]) {
        const pinned = pin(link, home)
        if (Result.isSuccess(pinned)) {
          const url = new URL(pinned.success)
          assert.strictEqual(url.origin, home.origin)
          assert.strictEqual(url.pathname, home.path)
          assert.strictEqual(url.username + url.password + url.hash, "")
        }
      }
    })

    it.prop("keeps every query option", [Schema.Record(Schema.String, Schema.String)], ([options]) => {
      const link = `${base}?${new URLSearchParams(options).toString()}`
      const pinned = Result.getOrThrow(pin(link, home))
      assert.deepStrictEqual([...new URL(pinned).searchParams], [...new URLSearchParams(options)])
    })
  })

  it("finds $skip and $skiptoken in any spelling", () => {
    for (const key of ["$skip", "%24skip", "$Skip", "%24SKIP"]) {
      assert.isTrue(hasSkip(`${base}?$top=5&${key}=10`))
      assert.isFalse(hasSkipToken(`${base}?$top=5&${key}=10`))
    }
    for (const key of ["$skiptoken", "%24skiptoken", "$skipToken", "%24SkipToken"]) {
      assert.isTrue(hasSkipToken(`${base}?${key}=abc`))
      assert.isFalse(hasSkip(`${base}?${key}=abc`))
    }
    assert.isTrue(hasSkip(`${base}?$skip=1&$skiptoken=x`) && hasSkipToken(`${base}?$skip=1&$skiptoken=x`))
    assert.isFalse(hasSkip(`${base}?$filter=a eq '$skip=1'`))
    assert.isFalse(hasSkip("no link"))
  })
})
