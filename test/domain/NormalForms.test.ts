import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { cvesIn } from "../../src/artifacts/AlertCase.ts"
import * as N from "../../src/domain/NormalForms.ts"

it("accepts one IPv4 or IPv6 address and nothing else", () => {
  const valid = {
    "203.0.113.5": "203.0.113.5",
    " 10.0.0.1 ": "10.0.0.1",
    "2001:DB8::1": "2001:db8::1",
    "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
    "2001:0db8:0:0::1": "2001:db8::1",
    "2001:db8:0:1:0:0:0:1": "2001:db8:0:1::1",
    "64:ff9b::203.0.113.5": "64:ff9b::cb00:7105",
    "::1": "::1"
  }
  for (const [sent, expected] of Object.entries(valid)) assert.strictEqual(N.address(sent), expected)
  const invalid = ["", "1.2.3", "1.2.3.4.5", "1.2.3.4.", "01.2.3.4", "256.1.1.1", "1.2.3.4:80", "1.2.3.4, 5.6.7.8"]
  invalid.push("1.2.3.0/24", ":::", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:9", "12345::", "pc")
  for (const sent of [...invalid, null, undefined, 7, {}, []]) assert.strictEqual(N.address(sent), undefined)
})

it("leaves out addresses that name no host", () => {
  for (const sent of ["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "255.255.255.255", "::ffff:0.0.0.0", "::%eth0"]) {
    assert.strictEqual(N.address(sent), undefined)
  }
})

it("writes a mapped address as IPv4 and cuts a zone", () => {
  assert.strictEqual(N.address("::FFFF:203.0.113.5"), "203.0.113.5")
  assert.strictEqual(N.address("::ffff:cb00:7105"), "203.0.113.5")
  assert.strictEqual(N.address("fe80::1%eth0"), "fe80::1")
})

it("tells private addresses from public ones", () => {
  const inside = ["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.1"]
  inside.push("::1", "fe80::1", "febf::1", "fc00::1", "fd12::1", "::ffff:10.0.0.1")
  for (const ip of inside) assert.isTrue(N.isPrivate(ip), ip)
  const outside = ["172.32.0.1", "192.169.0.1", "100.128.0.1", "203.0.113.5", "2001:db8::1", "fec0::1", "::2", "pc"]
  for (const ip of outside) assert.isFalse(N.isPrivate(ip), ip)
})

it("reads several addresses of a text, with their ports and whether another machine can mean them", () => {
  const scoped = (value: unknown) => N.addresses(value).map(({ port, scope, text }) => `${scope} ${text} ${port ?? ""}`)
  assert.deepStrictEqual(scoped("203.0.113.9:443"), ["public 203.0.113.9 443"])
  assert.deepStrictEqual(scoped("[2001:DB8::1]:443"), ["public 2001:db8::1 443"])
  assert.deepStrictEqual(scoped("[fe80::1]"), ["local fe80::1 "])
  assert.deepStrictEqual(scoped("x, 10.0.0.1,203.0.113.9:80; ::1"), [
    "private 10.0.0.1 ",
    "public 203.0.113.9 80",
    "local ::1 "
  ])
  for (const none of ["224.0.0.1", "239.1.1.1", "ff02::1", "255.255.255.255", "0.0.0.0", "::", "10.0.0.0/8", "", 7]) {
    assert.deepStrictEqual(scoped(none), [])
  }
  assert.deepStrictEqual(
    ["127.0.0.1", "169.254.9.9", "::1", "fe80::1", "febf::1"].flatMap(scoped).map((one) => one.split(" ")[0]),
    ["local", "local", "local", "local", "local"]
  )
})

it("keeps strings as sent, writes numbers in decimal digits, and treats blanks as absent", () => {
  assert.strictEqual(N.text(" As Sent "), " As Sent ")
  assert.strictEqual(N.text(0), "0")
  assert.strictEqual(N.text(1e21), undefined)
  for (const value of ["", "  ", null, undefined, true, {}, [], Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.strictEqual(N.text(value), undefined)
  }
})

it("writes ports and whole numbers in digits", () => {
  assert.deepStrictEqual([443, "443", "0443", 65_535].map(N.port), ["443", "443", "443", "65535"])
  for (const value of [0, -1, 65_536, 1.5, "x", "", null]) assert.strictEqual(N.port(value), undefined)
  assert.deepStrictEqual(["668", 0, "007"].map(N.wholeNumber), ["668", "0", "7"])
  assert.strictEqual(N.wholeNumber("-1"), undefined)
})

it("writes host names in lower case without the trailing dot of the root", () => {
  assert.strictEqual(N.name(" PC.Contoso.Example. "), "pc.contoso.example")
  assert.strictEqual(N.dotted("PC"), undefined)
  assert.strictEqual(N.dotted("10.0.0.1"), undefined)
  assert.strictEqual(N.dotted("PC.contoso.example"), "pc.contoso.example")
})

it("writes protocols in upper case and leaves out unknown ones", () => {
  assert.deepStrictEqual(["tcp", "unknown", "unknownFutureValue", ""].map(N.protocol), [
    "TCP",
    undefined,
    undefined,
    undefined
  ])
})

it("reduces a mail sender to its address", () => {
  assert.strictEqual(N.mailAddress("\"Adele\" <Adele@Contoso.example>"), "adele@contoso.example")
  assert.strictEqual(N.mailAddress(" Adele@Contoso.example "), "adele@contoso.example")
  assert.strictEqual(N.mailAddress("8:orgid:Ab"), "8:orgid:Ab")
  assert.strictEqual(N.mailAddress("<>"), undefined)
  assert.strictEqual(N.mailAddress(null), undefined)
})

it("writes user names with @ in lower case and others as sent", () => {
  assert.strictEqual(N.userName({ accountName: "Adele", domainName: "CONTOSO" }), "CONTOSO\\Adele")
  assert.strictEqual(
    N.userName({ accountName: "Adele@Contoso.example", domainName: "CONTOSO" }),
    "adele@contoso.example"
  )
  assert.strictEqual(N.userName({ userPrincipalName: "", userSid: "S-1-5" }), "S-1-5")
  assert.strictEqual(N.userName({}), undefined)
})

it("splits URLs, including those without a scheme", () => {
  const cases: ReadonlyArray<readonly [string, Omit<N.UrlParts, "uri">]> = [
    ["https://u:p@Evil.Example:8443/a?b@c", { fqdn: "evil.example", protocol: "HTTPS", port: "8443" }],
    ["contoso.example/a@b", { fqdn: "contoso.example" }],
    ["contoso.example:8080/x", { fqdn: "contoso.example", port: "8080" }],
    ["https://b\u00fccher.example/", { fqdn: "xn--bcher-kva.example", protocol: "HTTPS" }],
    ["http://203.0.113.4/x", { address: "203.0.113.4", protocol: "HTTP" }],
    ["http://[2001:DB8::1]:81/", { address: "2001:db8::1", protocol: "HTTP", port: "81" }],
    ["http://0.0.0.0/", { protocol: "HTTP" }],
    ["http://evil.example\\@good.example/", { fqdn: "evil.example", protocol: "HTTP" }],
    ["https://contoso.example:443", { fqdn: "contoso.example", protocol: "HTTPS", port: "443" }],
    ["hxxp://evil[.]example/a", { fqdn: "evil.example", protocol: "HTTP" }],
    ["hXXps://www[.]evil[.]example:8443/a[.]b", { fqdn: "www.evil.example", protocol: "HTTPS", port: "8443" }],
    ["hxxp://203[.]0[.]113[.]4/", { address: "203.0.113.4", protocol: "HTTP" }],
    ["https:\\\\evil.example\\x", { fqdn: "evil.example", protocol: "HTTPS" }],
    ["http://2130706433/", { address: "127.0.0.1", protocol: "HTTP" }],
    ["12345", {}],
    ["intranet/a", {}],
    ["//intranet/a", { fqdn: "intranet" }],
    ["[2001:db8::1]:80/x", { address: "2001:db8::1", port: "80" }],
    ["mailto:adele@contoso.example", {}],
    ["javascript:1", {}],
    ["data:text/html,x", {}]
  ]
  for (const [uri, parts] of cases) assert.deepStrictEqual(N.urlParts(uri), { uri, ...parts })
  assert.deepStrictEqual(N.urlParts(""), {})
  assert.deepStrictEqual(N.urlParts(null), {})
})

it("finds identifiers of vulnerabilities once each, in upper case", () => {
  assert.deepStrictEqual(cvesIn("cve-2026-1234 CVE-2026-1234 x CVE-2025-99999) CVE-26-1 CVE-2026-123"), [
    "CVE-2026-1234",
    "CVE-2025-99999"
  ])
  assert.deepStrictEqual(cvesIn("none"), [])
})

it("takes every trailing dot off a name, and leaves one of dots alone", () => {
  assert.deepStrictEqual(["Host.example..", "a .", "..", "."].map(N.name), ["host.example", "a", "..", "."])
})

it.effect.prop(
  "does not change a normal form when it is normalized again",
  [Schema.String],
  ([text]) =>
    Effect.sync(() => {
      for (const form of [N.address, N.name, N.mailAddress, N.withAt, N.protocol, N.port, N.wholeNumber, N.text]) {
        const once = form(text)
        if (once !== undefined) assert.strictEqual(form(once), once)
      }
      assert.isObject(N.urlParts(text))
      assert.isObject(N.urlParts(`http://${text}`))
    })
)
