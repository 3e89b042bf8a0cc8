import { assert, describe, it } from "@effect/vitest"
import { flattenedLike, nested } from "../../src/config/FlatKeys.ts"

const credentials = { tenant_id: "t", client_id: "c", client_secret: "s" }

describe("flat keys", () => {
  it("are credentials, under either name of the secret; what stands in credentials counts", () => {
    assert.deepStrictEqual(nested({ enabled: true, tenant_id: "t", client_id: "c", secret: "s" }), {
      enabled: true,
      credentials
    })
    assert.deepStrictEqual(nested({ ...credentials, secret: "other" }), { credentials })
    assert.deepStrictEqual(nested({ tenant_id: "flat", credentials }), { credentials })
    assert.deepStrictEqual(nested({ tenant_id: "", client_secret: null, credentials }), {
      tenant_id: "",
      client_secret: null,
      credentials
    })
    for (const other of [{ credentials }, {}, null, "text", [1]]) assert.deepStrictEqual(nested(other), other)
  })

  it("stay flat when the document is changed", () => {
    const stored = { tenant_id: "t", client_id: "c", secret: "s", more: 1 }
    assert.deepStrictEqual(flattenedLike(nested(stored), stored), stored)
    const changed = {
      ...nested(stored),
      credentials: { ...credentials, client_secret: "new", client_secret_expires: "d" }
    }
    assert.deepStrictEqual(flattenedLike(changed, stored), {
      ...stored,
      secret: "new",
      credentials: { client_secret_expires: "d" }
    })
    // A file in place of the secret leaves no old secret behind.
    const byFile = { credentials: { tenant_id: "t", client_id: "c", client_secret_file: "f" } }
    assert.deepStrictEqual(flattenedLike(byFile, stored), {
      tenant_id: "t",
      client_id: "c",
      credentials: { client_secret_file: "f" }
    })
    assert.deepStrictEqual(flattenedLike({ credentials }, { credentials: { tenant_id: "old" } }), { credentials })
    assert.deepStrictEqual(flattenedLike({ credentials }, undefined), { credentials })
  })
})
