import { assert, describe, it } from "@effect/vitest"
import { portalUrl } from "../../src/page/Portal.ts"
import { about, columns } from "../../src/page/search/Columns.ts"
import { facts } from "../../src/page/search/Facts.ts"
import { portalOf } from "../../src/page/search/PortalLink.ts"
import { detailOf, rows } from "./Artifacts.ts"

const url = "https://security.microsoft.com/incident2/1003/overview?tid=1"

describe("an address of a portal", () => {
  it("is one of Microsoft's hosts over https, and nothing like it", () => {
    assert.strictEqual(portalUrl(url), url)
    assert.strictEqual(portalUrl("https://security.microsoft.us/alerts/x"), "https://security.microsoft.us/alerts/x")
    assert.strictEqual(portalUrl("HTTPS://Security.Microsoft.com:443/a"), "https://security.microsoft.com/a")
    for (
      const other of [
        "http://security.microsoft.com/",
        "https://security.microsoft.com.evil.example/",
        "https://evil.example/security.microsoft.com",
        "https://evil.example#@security.microsoft.com/",
        "https://security.microsoft.com@evil.example/",
        "https://user@security.microsoft.com/",
        "https://user:secret@security.microsoft.com/",
        "https://security.microsoft.com:8443/",
        "https://sub.security.microsoft.com/",
        "https://security.microsoft.com./",
        "https://sеcurity.microsoft.com/",
        "https:\\\\evil.example",
        "//security.microsoft.com/",
        "javascript:alert(1)//https://security.microsoft.com/",
        "data:text/html,https://security.microsoft.com/",
        "security.microsoft.com",
        "",
        undefined,
        7
      ]
    ) assert.isUndefined(portalUrl(other), String(other))
  })

  it("is found in the record of an alert or incident, and of an evidence's alert", () => {
    const message = (record: object) => ({ message: record })
    assert.strictEqual(portalOf(message({ incidentWebUrl: url })), url)
    assert.strictEqual(portalOf(message({ alertWebUrl: url, incidentWebUrl: "https://evil.example" })), url)
    assert.strictEqual(portalOf({ uri: url, message: "cut" }), url)
    for (
      const none of [null, "text", message({ alertWebUrl: "https://evil.example" }), { uri: "https://evil.example" }]
    ) {
      assert.isUndefined(portalOf(none))
    }
  })

  it("is no indicator, and is not disarmed", () => {
    const row = { ...rows(1)[0]!, uri: url, email_from: "", email_to: "", fqdn: "security.microsoft.com" }
    const indicator = columns.find(({ name }) => name === "indicator")!
    assert.strictEqual(indicator.text(row), "")
    assert.notInclude(about(row), "microsoft")
    assert.strictEqual(columns.find(({ name }) => name === "uri")!.text(row), url)
    const detail = { ...detailOf(rows(1), row.id)!, row }
    const fact = facts(detail, { uri: url }).flatMap(({ facts }) => facts).find(({ value }) => value === url)!
    assert.deepStrictEqual([fact.label, fact.text, fact.isDisarmed], ["Portal", url, false])
  })
})
