import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as Proxies from "../../src/cli/Proxies.ts"

const direct = (NO_PROXY: string, url: string) =>
  Effect.map(Proxies.fromEnvironment, ({ of }) => of(new URL(url)) === undefined).pipe(
    Effect.provideService(
      ConfigProvider.ConfigProvider,
      ConfigProvider.fromEnv({ env: { HTTPS_PROXY: "http://proxy.contoso.example:3128", NO_PROXY } })
    )
  )

for (
  const [noProxy, url, isDirect] of [
    ["", "https://graph.contoso.example/", false],
    ["*", "https://graph.contoso.example/", true],
    ["graph.contoso.example", "https://graph.contoso.example/", true],
    ["GRAPH.contoso.example.", "https://graph.contoso.example./", true],
    ["contoso.example", "https://graph.contoso.example/", true],
    ["contoso.example", "https://notcontoso.example/", false],
    [".contoso.example", "https://contoso.example/", true],
    ["*.contoso.example", "https://graph.contoso.example/", true],
    ["*.contoso.example", "https://contoso.example/", false],
    ["*.contoso.example", "https://graph.contoso.example.evil.example/", false],
    ["graph.contoso.example:8443", "https://graph.contoso.example:8443/", true],
    ["graph.contoso.example:8443", "https://graph.contoso.example/", false],
    ["graph.contoso.example:443", "https://graph.contoso.example/", true],
    ["10.0.0.0/8", "https://10.20.30.40/", true],
    ["10.0.0.0/8", "https://11.0.0.1/", false],
    ["localhost, 192.168.0.0/16 ,10.0.0.0/8", "https://192.168.7.7:8443/", true],
    ["172.16.0.0/12", "https://172.32.0.1/", false],
    ["10.0.0.0/33", "https://10.0.0.1/", false],
    ["10.0.0.0/8", "https://10.contoso.example/", false],
    ["fd00::/8", "https://[fd00::1]/", true],
    ["fd00::/8", "https://[fe80::1]/", false],
    ["fd00::1", "https://[fd00::1]:8443/", true],
    ["[fd00::1]:443", "https://[fd00::1]:8443/", false],
    ["10.0.0.1", "https://10.0.0.1/", true]
  ] as const
) {
  it.effect(`goes ${isDirect ? "directly" : "through the proxy"} to ${url} with NO_PROXY=${noProxy}`, () =>
    Effect.map(direct(noProxy, url), (is) => assert.strictEqual(is, isDirect)))
}
