import { assert, describe, it } from "@effect/vitest"
import { clouds, custom, isCustom, undotted } from "../../src/config/Cloud.ts"

describe("a custom cloud", () => {
  it("has the name of its Graph host and port, and never that of one of Microsoft's", () => {
    const nameOf = (graph: string) => custom(new URL("https://login.example"), new URL(graph)).name
    assert.strictEqual(nameOf("https://Graph.airgap.example"), "graph.airgap.example")
    assert.strictEqual(nameOf("http://127.0.0.1:9465"), "127.0.0.1:9465")
    for (const name of [...Object.keys(clouds), "toString"]) {
      assert.isTrue(isCustom(custom(new URL("https://login.example"), new URL(`https://${name}`))))
    }
    for (const cloud of Object.values(clouds)) assert.isFalse(isCustom(cloud))
  })

  it("is asked without the final dot of a name, and keeps its own name for its checkpoints", () => {
    assert.deepStrictEqual(
      custom(new URL("https://LOGIN.microsoftonline.com.:443/"), new URL("https://graph.airgap.example.:8443/")),
      {
        name: "graph.airgap.example.:8443",
        login: clouds.global.login,
        graph: "https://graph.airgap.example:8443"
      }
    )
    assert.strictEqual(undotted("127.0.0.1:8443"), "127.0.0.1:8443")
  })
})
