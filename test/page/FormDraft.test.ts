import { assert, describe, it } from "@effect/vitest"
import {
  consentUrl,
  documentOf,
  draftOf,
  isChanged,
  ownFaults,
  placed,
  secretRemark,
  without
} from "../../src/page/integrations/FormDraft.ts"
import { colliding, merged } from "../../src/page/integrations/Merge.ts"

const stored = {
  name: "contoso",
  revision: "7",
  has_secret: true,
  document: {
    enabled: true,
    poll_interval_minutes: 9,
    display_name: "Contoso",
    unknown: { kept: true },
    client_secret_expires: "2027-03-31",
    credentials: { tenant_id: "t", client_id: "c" },
    cloud: { login: "https://l", graph: "https://g" },
    endpoints: { incidents: { enabled: false } }
  }
}

describe("the ways to sign in", () => {
  it("send only the settings of the chosen one, and tell a Secret ID from a secret", () => {
    const draft = {
      ...draftOf(undefined),
      proof: "certificate",
      "credentials.client_secret": "left over",
      "credentials.client_certificate_path": "a.pem",
      "credentials.client_private_key_path": "a.key"
    }
    assert.deepInclude(documentOf(draft, undefined), {
      credentials: { client_certificate_path: "a.pem", client_private_key_path: "a.key" }
    })
    assert.isDefined(secretRemark(" 33333333-3333-4333-8333-333333333333 "))
    assert.isUndefined(secretRemark("abc~33333333"))
    const ids = {
      ...draft,
      "credentials.tenant_id": "11111111-1111-4111-8111-111111111111",
      "credentials.client_id": "22222222-2222-4222-8222-222222222222"
    }
    assert.match(consentUrl({ ...ids, cloud: "usgov" })!, /^https:\/\/login\.microsoftonline\.us\/11111111-/)
    assert.isUndefined(consentUrl({ ...ids, cloud: "custom" }))
    assert.isUndefined(consentUrl({ ...ids, "credentials.tenant_id": "x/../" }))
    const stored = {
      name: "a",
      revision: "1",
      has_secret: false,
      document: { credentials: { federated_token_file: "t" } }
    }
    assert.strictEqual(draftOf(stored).proof, "federated")
    assert.deepStrictEqual(documentOf(draftOf(stored), stored), {})
  })
})

describe("FormDraft", () => {
  it("makes a new instance's settings from what was typed, and no others", () => {
    const draft = {
      ...draftOf(undefined),
      name: "contoso",
      "credentials.tenant_id": " t ",
      "credentials.client_secret": "s",
      poll_interval_minutes: "often",
      lookback_hours: "1.5",
      "endpoints.alerts.enabled": "false"
    }
    assert.deepStrictEqual(documentOf(draft, undefined), {
      credentials: { tenant_id: "t", client_secret: "s" },
      // The schema reports this fault.
      poll_interval_minutes: "often",
      enabled: true,
      lookback_hours: 1.5,
      endpoints: { alerts: { enabled: false } }
    })
  })

  it("has what is published of an endpoint with very many records, and of no other", () => {
    const draft = draftOf(stored)
    assert.strictEqual(draft["endpoints.signIns.publish"], "all")
    assert.notProperty(draft, "endpoints.alerts_v2.publish")
    assert.deepStrictEqual(documentOf({ ...draft, "endpoints.signIns.publish": "interesting" }, stored), {
      endpoints: { signIns: { publish: "interesting" } }
    })
    const interesting = { ...stored, document: { endpoints: { signIns: { publish: "interesting" } } } }
    assert.strictEqual(draftOf(interesting)["endpoints.signIns.publish"], "interesting")
  })

  it("sends only the changed settings of a stored instance, and removes emptied ones", () => {
    const draft = draftOf(stored)
    assert.isFalse(isChanged(draft, stored))
    assert.deepStrictEqual(documentOf(draft, stored), {})
    assert.deepStrictEqual(
      documentOf({ ...draft, display_name: " ", poll_interval_minutes: "10", enabled: "false" }, stored),
      { display_name: null, poll_interval_minutes: 10, enabled: false }
    )
  })

  it("leaves out a secret that was not typed, and keeps the path of the expiry day", () => {
    const draft = draftOf(stored)
    assert.strictEqual(draft["credentials.client_secret"], "")
    assert.deepStrictEqual(documentOf({ ...draft, client_secret_expires: "2028-01-01" }, stored), {
      client_secret_expires: "2028-01-01"
    })
    const beside = { ...stored, document: { credentials: { client_secret_expires: "2027-01-01" } } }
    assert.deepStrictEqual(documentOf({ ...draftOf(beside), client_secret_expires: "" }, beside), {
      credentials: { client_secret_expires: null }
    })
  })

  it("changes a cloud as a whole", () => {
    const draft = draftOf(stored)
    assert.deepInclude(draft, { cloud: "custom", "cloud.login": "https://l" })
    assert.deepStrictEqual(documentOf({ ...draft, cloud: "usgov" }, stored), { cloud: "usgov" })
    assert.deepStrictEqual(documentOf({ ...draft, "cloud.graph": "https://h" }, stored), {
      cloud: { login: "https://l", graph: "https://h" }
    })
  })

  it("assigns faults to their fields, and lists the others", () => {
    const draft = { ...draftOf(undefined), "credentials.client_secret": "s" }
    const { byPath, first, others } = placed(
      [
        { path: "poll_interval_minutes", message: "Expected whole minutes from 1 to 1440" },
        { path: "credentials.tenant_id", message: "Expected a value, and there is none" },
        { path: "credentials.client_secret_expires", message: "Expected a date" },
        { path: "cloud.login", message: "Expected a URL" },
        { path: "", message: "Expected something" }
      ],
      draft,
      undefined
    )
    assert.deepStrictEqual(Object.fromEntries(byPath), {
      poll_interval_minutes: "Expected whole minutes from 1 to 1440",
      "credentials.tenant_id": "Required",
      client_secret_expires: "Expected a date"
    })
    assert.strictEqual(first, "credentials.tenant_id")
    assert.deepStrictEqual(others.map(({ path }) => path), ["cloud.login", ""])
  })

  it("refuses an enabled instance without endpoints, until one of its switches is turned", () => {
    const none = {
      "endpoints.alerts.enabled": "false",
      "endpoints.alerts_v2.enabled": "false",
      "endpoints.incidents.enabled": "false"
    }
    const draft = { ...draftOf(stored), ...none }
    assert.deepStrictEqual(ownFaults({ ...draft, enabled: "false" }), [])
    assert.deepStrictEqual(ownFaults({ ...draft, "endpoints.incidents.enabled": "true" }), [])
    const faults = placed(ownFaults(draft), draft, stored)
    assert.strictEqual(faults.first, "endpoints.alerts_v2.enabled")
    assert.strictEqual(without(faults, "display_name").byPath.size, 1)
    assert.strictEqual(without(faults, "endpoints.alerts.enabled").byPath.size, 0)
  })

  it("merges two people's changes, and lets a person choose where both changed the same setting", () => {
    const mine = {
      ...draftOf(stored),
      poll_interval_minutes: "10",
      display_name: "Mine",
      "credentials.client_secret": "s"
    }
    const theirs = {
      ...stored,
      revision: "8",
      document: { ...stored.document, poll_interval_minutes: 11, lookback_hours: 48, cloud: "usgov" }
    }
    assert.deepStrictEqual(colliding(theirs, mine, stored), ["credentials.client_secret", "poll_interval_minutes"])
    const common = { display_name: "Mine", lookback_hours: "48", cloud: "usgov" }
    assert.deepInclude(merged(theirs, mine, stored, "mine"), {
      ...common,
      poll_interval_minutes: "10",
      "credentials.client_secret": "s"
    })
    assert.deepInclude(merged(theirs, mine, stored, "theirs"), {
      ...common,
      poll_interval_minutes: "11",
      "credentials.client_secret": ""
    })
    // The URLs and the choice of a cloud are one setting.
    const cloud = { ...draftOf(stored), "cloud.graph": "https://h" }
    assert.deepInclude(merged(theirs, cloud, stored, "mine"), { cloud: "custom", "cloud.graph": "https://h" })
    assert.include(colliding(theirs, cloud, stored), "cloud")
  })
})
