import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Exit, FileSystem, Layer, Redacted } from "effect"
import { execFileSync } from "node:child_process"
import { createPublicKey, verify, X509Certificate } from "node:crypto"
import { Credential } from "../../src/config/Credential.ts"
import { isSame, read } from "../../src/graph/Proof.ts"
import { connection, microsoft } from "./FakeMicrosoft.ts"

const hasOpenssl = Exit.isSuccess(
  Effect.runSyncExit(Effect.sync(() => execFileSync("openssl", ["version"], { stdio: "ignore" })))
)
if (!hasOpenssl) process.stdout.write("certificate tests are skipped: no openssl in PATH\n")

type Pair = (certificate: string, key: string) => Extract<Credential, { readonly _tag: "Certificate" }>

/** A directory with two RSA pairs, an EC pair, an encrypted key and a text file. */
class Certificates extends Context.Service<Certificates, Pair>()("azure-security/test/graph/Proof.test/Certificates") {}

const makeCertificates = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const openssl = (...args: ReadonlyArray<string>) => execFileSync("openssl", args, { stdio: "ignore", cwd: directory })
  for (const name of ["rsa", "other"]) {
    openssl(
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=c",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`
    )
  }
  openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=leaf", "-keyout", "leaf.key", "-out", "leaf.csr")
  openssl("x509", "-req", "-in", "leaf.csr", "-CA", "rsa.pem", "-CAkey", "rsa.key", "-days", "9", "-out", "leaf.pem")
  const [leaf, ca] = yield* Effect.forEach(["leaf.pem", "rsa.pem"], (name) => fs.readFileString(`${directory}/${name}`))
  yield* fs.writeFileString(`${directory}/ca-first.pem`, `Bag Attributes\n${ca}subject=CN=leaf\n${leaf}`)
  yield* fs.writeFileString(`${directory}/leaf-first.pem`, `${leaf}${ca}`)
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
  openssl("req", "-x509", ...curve, "-nodes", "-subj", "/CN=c", "-keyout", "ec.key", "-out", "ec.pem")
  openssl("pkcs8", "-topk8", "-in", "rsa.key", "-out", "encrypted.key", "-passout", "pass:s3cr3t")
  yield* fs.writeFileString(`${directory}/text`, "hello")
  return (certificate: string, key: string) =>
    Credential.Certificate({ certificatePath: `${directory}/${certificate}`, privateKeyPath: `${directory}/${key}` })
})

const certificates = Layer.effect(
  Certificates,
  hasOpenssl
    ? makeCertificates
    : Effect.succeed((certificatePath, privateKeyPath) => Credential.Certificate({ certificatePath, privateKeyPath }))
)

it.layer(Layer.provideMerge(certificates, NodeFileSystem.layer))("Proof", (it) => {
  describe.skipIf(!hasOpenssl)("certificate", () => {
    it.effect("signs an assertion that the certificate verifies, and sends the certificate with it", () =>
      Effect.gen(function*() {
        const pair = (yield* Certificates)("rsa.pem", "rsa.key")
        const fs = yield* FileSystem.FileSystem
        const pem = yield* fs.readFileString(pair.certificatePath)
        const key = yield* fs.readFileString(pair.privateKeyPath)
        const fake = yield* microsoft({
          files: { [pair.certificatePath]: () => pem, [pair.privateKeyPath]: () => key }
        })
        const graph = yield* fake.connect({ ...connection, credential: pair })
        yield* graph.token

        const form = new URLSearchParams((yield* fake.posts)[0]!.body)
        const [head, payload, signature] = form.get("client_assertion")!.split(".")
        const certificate = new X509Certificate(pem)
        assert.isTrue(
          verify(
            "sha256",
            Buffer.from(`${head}.${payload}`),
            { key: createPublicKey(pem), padding: 6, saltLength: 32 },
            Buffer.from(signature!, "base64url")
          )
        )
        const header = Buffer.from(head!, "base64url").toString()
        const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url")
        assert.include(header, `"x5t#S256":"${thumbprint}"`)
        assert.include(header, certificate.raw.toString("base64"))
        assert.isNull(form.get("client_secret"))
      }))

    for (
      const [what, certificate, key, words] of [
        ["an encrypted key", "rsa.pem", "encrypted.key", "encrypted"],
        ["an elliptic-curve key", "ec.pem", "ec.key", "RSA"],
        ["another certificate's key", "rsa.pem", "other.key", "does not belong"],
        ["a text for a certificate", "text", "rsa.key", "no PEM certificate"],
        ["a text for a key", "rsa.pem", "text", "no PEM private key"],
        ["a certificate that is not there", "nowhere.pem", "rsa.key", "NotFound"],
        ["a key that is not there", "rsa.pem", "nowhere.key", "NotFound"]
      ] as const
    ) {
      it.effect(`reports in one line ${what}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(read((yield* Certificates)(certificate, key)))
          assert.include(error.meaning, words)
          assert.notInclude(`${error.meaning}${error.remedy}`, "\n")
        }))
    }

    it.effect("finds the certificate of the key in a file with its CA, before or after it, and puts it first", () =>
      Effect.gen(function*() {
        const pair = yield* Certificates
        for (const name of ["ca-first.pem", "leaf-first.pem"]) {
          const proof = yield* read(pair(name, "leaf.key"))
          assert.strictEqual(proof._tag, "Certificate")
          if (proof._tag !== "Certificate") continue
          const leaf = new X509Certificate(proof.chain)
          assert.strictEqual(leaf.subject, "CN=leaf")
          assert.strictEqual(proof.thumbprint, leaf.fingerprint256.replaceAll(":", ""))
          assert.strictEqual(proof.chain.match(/BEGIN CERTIFICATE/g)?.length, 2)
          assert.notInclude(proof.chain, "Bag")
        }
        assert.include((yield* Effect.flip(read(pair("ca-first.pem", "other.key")))).meaning, "does not belong")
      }))

    it.effect("tells a rotated certificate from the same one", () =>
      Effect.gen(function*() {
        const pair = yield* Certificates
        const [one, same, other] = yield* Effect.all([
          read(pair("rsa.pem", "rsa.key")),
          read(pair("rsa.pem", "rsa.key")),
          read(pair("other.pem", "other.key"))
        ])
        assert.isTrue(isSame(one, same))
        assert.isFalse(isSame(one, other))
        assert.isFalse(isSame(one, { _tag: "Secret", secret: Redacted.make("x") }))
      }))
  })

  it.effect("refuses a secret with what crept in at its pasting, with the place and without the secret", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/secret`
      for (
        const [secret, place] of [["s3cr3t\u200B~x", "character 7 of 9 is invisible (U+200B)"], [
          "'s3cr3t'",
          "characters 1 and 8 of 8 are quotes"
        ], ["s3cr3t\0", "character 7 of 7 is invisible (U+0000)"]] as const
      ) {
        yield* fs.writeFileString(path, `${secret}\n`)
        const env = ConfigProvider.layer(ConfigProvider.fromEnv({ env: { SECRET: secret } }))
        for (
          const credential of [
            Credential.SecretFromFile({ path }),
            Credential.SecretFromEnvironment({ variable: "SECRET" })
          ]
        ) {
          const { meaning, remedy } = yield* Effect.flip(Effect.provide(read(credential), env))
          assert.include(meaning, place)
          assert.notInclude(meaning + remedy, "s3cr3t")
        }
      }
    }))

  it.effect("reads a secret's file again each time, and trims it", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/secret`
      yield* fs.writeFileString(path, "  one\r\n")
      const secret = Effect.map(read(Credential.SecretFromFile({ path })), (proof) =>
        proof._tag === "Secret" ? Redacted.value(proof.secret) : undefined)
      assert.strictEqual(yield* secret, "one")
      yield* fs.writeFileString(path, "two")
      assert.strictEqual(yield* secret, "two")
    }))
})
