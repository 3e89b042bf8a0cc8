import { assert, describe, it } from "@effect/vitest"
import { Duration, Schema } from "effect"
import { HttpClientError, HttpClientRequest } from "effect/http"
import { onFailure } from "../../src/graph/FailureTable.ts"
import type { Unavailable } from "../../src/graph/GraphError.ts"
import { unavailable } from "../../src/graph/Transport.ts"
import { nodeError } from "./FakeMicrosoft.ts"

const url = new URL("https://graph.microsoft.com/v1.0/security/alerts_v2?$filter=s3cr3t")
const failed = (cause: unknown, after = 0) =>
  unavailable(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request: HttpClientRequest.get(url), cause })
    }),
    url,
    Duration.millis(after)
  )

describe("Transport", () => {
  const kinds: ReadonlyArray<readonly [code: string, kind: Unavailable["kind"]]> = [
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["ECONNREFUSED", "network"],
    ["ECONNRESET", "network"],
    ["UND_ERR_SOCKET", "network"],
    ["ENETUNREACH", "network"],
    ["ETIMEDOUT", "timeout"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
    ["UND_ERR_HEADERS_TIMEOUT", "timeout"],
    ["UND_ERR_BODY_TIMEOUT", "timeout"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "wrong_host"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["CERT_REVOKED", "tls"],
    ["Z_DATA_ERROR", "body"]
  ]
  for (const [code, kind] of kinds) {
    it(`classifies ${code} as ${kind}, and names host and code`, () => {
      for (
        const cause of [
          nodeError(code),
          new Error("s3cr3t", { cause: nodeError(code) }),
          new AggregateError([nodeError(code), nodeError(code)], "s3cr3t")
        ]
      ) {
        const { detail, kind: told } = failed(cause)
        assert.strictEqual(told, kind)
        assert.include(detail, `${code}, graph.microsoft.com`)
        assert.notInclude(detail, "s3cr3t")
      }
    })
  }

  it("states the time that passed, whatever the limits are", () => {
    for (
      const [code, after, detail] of [
        ["UND_ERR_CONNECT_TIMEOUT", 512, "no connection after 0.5 s"],
        ["ETIMEDOUT", 127_400, "no connection after 127 s"],
        ["UND_ERR_HEADERS_TIMEOUT", 121_000, "no first byte after 121 s"],
        ["UND_ERR_BODY_TIMEOUT", 31_000, "the answer came to a standstill after 31 s"]
      ] as const
    ) assert.strictEqual(failed(nodeError(code), after).detail, `${detail} (${code}, graph.microsoft.com)`)
  })

  it("classifies a failure at another host or port as the proxy's", () => {
    for (
      const cause of [
        nodeError("ENOTFOUND", { hostname: "proxy.contoso.example" }),
        nodeError("ECONNREFUSED", { port: 3128, address: "10.0.0.1" }),
        nodeError("UND_ERR_PRX_TLS")
      ]
    ) assert.strictEqual(failed(cause).kind, "proxy")
    assert.strictEqual(failed(nodeError("ENOTFOUND", { hostname: url.hostname })).kind, "dns")
    assert.strictEqual(failed(nodeError("ECONNREFUSED", { port: 443 })).kind, "network")
  })

  it("names the host that was asked and the hosts of a certificate of another, and nothing else of it", () => {
    const told = (subjectaltname: unknown, more: object = {}) =>
      failed(nodeError("ERR_TLS_CERT_ALTNAME_INVALID", { cert: { subjectaltname }, ...more }))
    const { detail, kind } = told("DNS:*.evil.example, IP Address:198.51.100.7", { host: "graph.microsoft.com" })
    assert.strictEqual(kind, "wrong_host")
    assert.strictEqual(
      detail,
      "the certificate is for another host: *.evil.example, 198.51.100.7 (ERR_TLS_CERT_ALTNAME_INVALID, graph.microsoft.com)"
    )
    assert.include(
      told(["a", "b", "c", "d", "e"].map((name) => `DNS:${name}`).join(", ")).detail,
      ": a, b, c and 2 more ("
    )
    for (const hostile of ["DNS:a\u001b[2Jb", "DNS:\"s3cr3t, DNS:x\"", "URI:s3cr3t", "", undefined, 7]) {
      assert.include(told(hostile).detail, "the certificate is for another host (ERR_")
    }
    assert.strictEqual(told("DNS:proxy.example", { host: "proxy.contoso.example" }).kind, "proxy")
    const { remedy } = onFailure(failed(nodeError("ERR_TLS_CERT_ALTNAME_INVALID")))
    assert.match(remedy, /Check DNS, HTTPS_PROXY and the hosts file/)
    assert.notMatch(remedy, /Add the CA|NODE_EXTRA_CA_CERTS/)
  })

  it("classifies an unknown failure as a network failure", () => {
    for (const cause of [undefined, "s3cr3t", nodeError("s3cr3t"), nodeError("EWHATEVER")]) {
      assert.strictEqual(failed(cause).detail, "the request failed (graph.microsoft.com)")
    }
  })

  it("stops at circular causes", () => {
    const circular = nodeError("EWHATEVER")
    circular.cause = circular
    assert.strictEqual(failed(circular).kind, "network")
  })

  it.prop("never shows an error's message", [Schema.String, Schema.String], ([message, code]) => {
    const marked = `<${message}>`
    const shown = failed(Object.assign(new Error(marked), { code: `${code}${marked}` })).detail
    assert.notInclude(shown, marked)
  })
})
