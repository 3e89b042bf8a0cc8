/** Tests what is said of settings files with faults that people make: each place, fault and remedy, all in one go. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { exampleIds } from "../../src/config/ExampleIds.ts"
import { decodeSettings, remarksOn, salvaged } from "../../src/config/SettingsDocument.ts"
import { nearest } from "../../src/config/SettingsFaults.ts"
import * as Json from "../support/Json.ts"

const id = "33333333-3333-4333-8333-333333333333"
const secret = "x8Q~never-to-be-seen"
const good = { tenant_id: id, client_id: id, client_secret: secret }
const instance = (credentials: unknown, more = {}) => Json.text({ instances: { a: { credentials, ...more } } })
const named = (...names: ReadonlyArray<string>) =>
  Json.text({ instances: Object.fromEntries(names.map((name) => [name, { credentials: good }])) })
const at = "instances.a"
const proofs =
  "client_secret_env, client_secret_file, client_certificate_path with client_private_key_path, federated_token_file"
const noProof = `${at}.credentials.client_secret: Expected this or another proof: ${proofs}, and there is none`
const badTenant =
  `${at}.credentials.tenant_id: Expected the Directory (tenant) ID: a GUID, or a domain name of the tenant`
const badClient = `${at}.credentials.client_id: Expected the Application (client) ID: a GUID`
const badName =
  "Expected a name of 1 to 64 letters, digits, blanks, dots, dashes and underscores; display_name may be any text"
const sinks =
  `sink: Expected an object whose type is "file", "stdout" or "nats", as in { "type": "file", "directory": "data/artifacts" }`
const empty = "Expected settings, and it is empty; see config/azure-security.example.json"
const day = `${at}.client_secret_expires: Expected a day such as 2027-03-31`
const clouds = `${at}.cloud: Expected "global", "usgov" or "usgovdod"`

/** Files, and all that is said of each. */
const files: Readonly<Record<string, readonly [text: string, ...faults: ReadonlyArray<string>]>> = {
  "bad IDs and no proof": [
    `{"instances":{"a":{"credentials":{"tenant_id":"nope","client_id":7}}}}`,
    badTenant,
    `${at}.credentials.client_id: Expected a text in double quotes`,
    noProof
  ],
  "no proof": [instance({ tenant_id: id, client_id: id }), noProof],
  "two proofs beside a bad tenant": [
    instance({ ...good, tenant_id: "nope", client_secret_env: "X" }),
    badTenant,
    `${at}.credentials: Expected one proof of the application's identity, and there are 2: client_secret, client_secret_env`
  ],
  "a certificate without its key beside a bad client": [
    instance({ tenant_id: id, client_id: "x", client_certificate_path: "/a" }),
    badClient,
    `${at}.credentials.client_private_key_path: Expected a value: client_certificate_path and client_private_key_path belong together`
  ],
  "names of other scripts, and none": [
    named("ümlaut", "日本", ""),
    ...["ümlaut", "日本", ""].map((name) => `instances.${name}: ${badName}`)
  ],
  "three names that become one": [
    named("a b", "A-B", "a_b"),
    ...["A-B", "a_b"].map((name) =>
      `instances.${name}: Expected a name that differs from "a b" in more than case and punctuation: both become a-b`
    )
  ],
  "the same name twice, beside another fault": [
    `{"instances":{\n"a":{},\n"a":{"credentials":${Json.text({ ...good, client_id: "x" })}}}}`,
    `${at}: Expected once, and it stands at the lines 2 and 3: remove one`,
    badClient
  ],
  "a key twice, alone": [
    `{"sink":{"type":"file",\n\n"type":"stdout"}}`,
    "sink.type: Expected once, and it stands at the lines 1 and 3: remove one"
  ],
  "a misspelt setting beside another fault": [
    instance({ ...good, tenant_id: "nope" }, { pol_interval_minutes: 3 }),
    badTenant,
    `${at}.pol_interval_minutes: Expected no such setting: did you mean poll_interval_minutes?`
  ],
  "a misspelt secret": [
    instance({ tenant_id: id, client_id: id, client_secert: secret }),
    noProof,
    `${at}.credentials.client_secert: Expected no such setting: did you mean client_secret?`
  ],
  "another kind of sink": [Json.text({ sink: { type: "files" } }), sinks],
  "a sink without a kind": [Json.text({ sink: { directory: "x" } }), sinks],
  "a sink as a text": [Json.text({ sink: "stdout" }), sinks],
  "single quotes": [`{'instances':{}}`, `line 1, column 2: Expected a double quote ("), and there is another one (')`],
  "typographic quotes": [
    `{\n  “instances”: {}}`,
    `line 2, column 3: Expected a double quote ("), and there is a typographic one (“)`
  ],
  "a text without quotes": [
    `{"instances": {"a": {"credentials": {"client_secret": ${secret}}}}}`,
    "line 1, column 55: Expected a value; texts are in double quotes"
  ],
  "a missing comma": [`{"log": {}\n "sink": {}}`, `line 2, column 2: Expected a comma between two values`],
  "a missing colon": [`{"log" {}}`, "line 1, column 8: Expected a colon behind the name, and there is {"],
  "a path with single backslashes": [
    `{"sink": {"type": "file", "directory": "C:\\data"}}`,
    `line 1, column 40: Expected \\\\ for a backslash, as in "C:\\\\certs\\\\app.pem"`
  ],
  "a text over the end of its line": [
    `{"sink": {"type": "file,\n"directory": "x"}}`,
    "line 1, column 19: Expected a double quote that ends the text on its line"
  ],
  "an empty file": ["", empty],
  "blanks": ["  \n ", empty],
  "null": ["null", "Expected an object in braces, { }, and it is null"],
  "a list": ["[]", "Expected an object in braces, { }, and it is a list"],
  "a text": [`"x"`, "Expected an object in braces, { }, and it is a text"],
  "a file torn in a text": [
    `{"instances":{"a":{"credentials":{\n"tenant_id":"1111`,
    `It ends at line 2, column 18, inside ${at}.credentials.tenant_id: the rest is missing`
  ],
  "a file torn between two values": [`{"instances":{},`, "It ends at line 1, column 17: the rest is missing"],
  "values of other kinds": [
    instance(good, { enabled: "yes", poll_interval_minutes: "5", endpoints: [], overlap_minutes: 1.5 }),
    `${at}.enabled: Expected true or false`,
    `${at}.poll_interval_minutes: Expected a number without quotes`,
    `${at}.overlap_minutes: Expected a whole number`,
    `${at}.endpoints: Expected an object in braces, { }`
  ],
  "numbers out of their range": [
    instance(good, { poll_interval_minutes: 1e9, overlap_minutes: -1, lookback_hours: 1e300 }),
    `${at}.poll_interval_minutes: Expected whole minutes from 1 to 1440`,
    `${at}.lookback_hours: Expected hours from 0 to 720`,
    `${at}.overlap_minutes: Expected whole minutes from 0 to 1440`
  ],
  "an unknown cloud": [instance(good, { cloud: "china" }), clouds],
  "a cloud in capitals": [instance(good, { cloud: "GLOBAL" }), clouds],
  "a cloud of one http URL": [
    instance(good, { cloud: { login: "http://example.com" } }),
    `${at}.cloud.login: Expected an https URL; plain http only to this machine (127.0.0.1, localhost, [::1])`,
    `${at}.cloud.graph: Expected a value, and there is none`
  ],
  "a day that there is not": [instance(good, { client_secret_expires: "2027-02-30" }), day],
  "a day in another order": [instance(good, { client_secret_expires: "03/31/2027" }), day],
  "a tenant that is none": [instance({ ...good, tenant_id: "organizations" }), badTenant],
  "a secret's ID": [
    instance({ ...good, client_secret: id }),
    `${at}.credentials.client_secret: Expected the secret's Value, and this is a GUID: most likely its Secret ID`
  ],
  "a secret as a number": [
    instance({ ...good, client_secret: 7 }),
    `${at}.credentials.client_secret: Expected a text in double quotes`
  ],
  "a secret as a list": [
    instance({ ...good, client_secret: [secret] }),
    `${at}.credentials.client_secret: Expected a text in double quotes`
  ],
  "no secret at all": [instance({ ...good, client_secret: null }), noProof],
  "too many levels": ["[".repeat(100_000), "Expected JSON of a few levels, and it is nested too deeply"]
}

describe("a settings file with", () => {
  for (const [what, [text, ...faults]] of Object.entries(files)) {
    it.effect(what, () =>
      Effect.gen(function*() {
        const failure = yield* Effect.flip(decodeSettings("settings.json", text))
        assert.deepStrictEqual(failure.faults, faults)
        assert.notInclude(failure.message, secret)
      }))
  }
})

describe("a settings file is good", () => {
  const accepted: Readonly<Record<string, string>> = {
    "with comments": `// A tenant.\n{"instances":{} /* none yet */}`,
    "with a trailing comma": `{"instances":{},}`,
    "with a byte order mark and line ends of Windows": `\uFEFF{"instances":\r\n{}}`,
    "without instances": "{}",
    "with an empty list of instances": `{"instances":[]}`
  }
  for (const [what, text] of Object.entries(accepted)) {
    it.effect(
      what,
      () => Effect.map(decodeSettings("settings.json", text), ({ instances }) => assert.deepStrictEqual(instances, {}))
    )
  }

  it("with remarks on what is most likely not meant so", () => {
    assert.deepStrictEqual(remarksOn(instance(good, { pol_interval_minutes: 3, xyz: 1 })), [{
      message: `the setting ${at}.pol_interval_minutes is not known and has no effect`,
      remedy: "did you mean poll_interval_minutes?"
    }, { message: `the setting ${at}.xyz is not known and has no effect`, remedy: "look at its spelling" }])
    assert.strictEqual(nearest("tenantid", ["client_id", "tenant_id"]), "tenant_id")
    assert.isUndefined(nearest("colour", ["log", "level"]))
  })
  it("with remarks on IDs that are still the example's, but for a simulator", () => {
    const ids = { tenant_id: exampleIds.tenant_id, client_id: "00000000-0000-0000-0000-000000000000" }
    const remedy = (name: string) => `write the ${name} that the app registration shows under Overview`
    assert.deepStrictEqual(remarksOn(instance({ ...good, ...ids })), [{
      message: `${at}.credentials.tenant_id is still that of the example`,
      remedy: remedy("Directory (tenant) ID")
    }, {
      message: `${at}.credentials.client_id is still that of the example`,
      remedy: remedy("Application (client) ID")
    }])
    const simulator = "http://127.0.0.1:1"
    assert.deepStrictEqual(
      remarksOn(instance({ ...good, ...ids }, { cloud: { login: simulator, graph: simulator } })),
      []
    )
  })
})

describe("of settings that cannot be used, what is said of the process", () => {
  const of = (document: object) => salvaged(Json.text({ instances: { a: 1 }, ...document }))

  it("is kept where it is good, and the default where it is not", () => {
    const settings = of({ checkpoint: { directory: "/p" }, limits: { page_permits: 0 }, typo: 1 })
    assert.strictEqual(settings?.checkpoint.directory, "/p")
    assert.strictEqual(settings?.limits.page_permits, 8)
    assert.deepInclude(settings?.sink, { type: "file", directory: "data/artifacts" })
  })

  it("has no directory of a sink that is bad, and nothing of a text that is no JSON", () => {
    assert.deepInclude(of({ sink: { type: "files", directory: "/a" } })?.sink, { type: "stdout" })
    assert.isUndefined(salvaged(`{"sink":`))
    assert.isUndefined(salvaged("[]"))
  })
})
