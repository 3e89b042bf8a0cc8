import { assert, it } from "@effect/vitest"
import { isOwnHost } from "../../src/http/HostNames.ts"

const names = { loopback: true, machine: "collector.corp.example", published: "azure.example.com" }

it("addresses, localhost, the machine's name and the published host are names of this machine", () => {
  for (
    const host of [
      "127.0.0.1:9464",
      "127.8.9.1",
      "10.0.0.5:9464",
      "[::1]:9464",
      "[fd00::5]",
      "localhost",
      "LOCALHOST:9464",
      "localhost.:9464",
      "collector.corp.example:9464",
      "Azure.Example.com",
      "azure.example.com:443"
    ]
  ) {
    assert.isTrue(isOwnHost(host, names), host)
  }
})

it("no other name is: somebody's DNS may point it here", () => {
  for (
    const host of [
      "",
      "evil.example",
      "127.0.0.1.evil.example",
      "localhost.evil.example:9464",
      "evil.example:127.0.0.1",
      "127.999.1.1:9464",
      "127.evil.example",
      "corp.example",
      "x.collector.corp.example",
      "azure.example.com.evil.example",
      "127.0.0.1:9464@evil.example",
      "::1",
      "[evil]",
      "a b"
    ]
  ) {
    assert.isFalse(isOwnHost(host, names), host)
    assert.isFalse(isOwnHost(host, { ...names, loopback: false }), host)
  }
})

it("a name without a dot is, where other machines reach the connector", () => {
  for (const host of ["azure-security:9464", "connector", "my_service"]) {
    assert.isFalse(isOwnHost(host, names), host)
    assert.isTrue(isOwnHost(host, { ...names, loopback: false }), host)
  }
})
