/**
 * Reads the credential of a connection: a secret, a certificate with its key, or a federated token.
 *
 * It is read again for each token, so that the next token uses a rotated file or secret. Nothing is sent here.
 */
import { Config, Effect, type FileSystem, Option, Redacted } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import type { Credential } from "../config/Credential.ts"
import { readSmall } from "../config/SmallFile.ts"
import { pasteFault } from "../config/TextFile.ts"
import { Unauthorized } from "./GraphError.ts"

/** The credential's content, in the form that MSAL expects. */
export type Proof =
  | { readonly _tag: "Secret"; readonly secret: Redacted.Redacted }
  | { readonly _tag: "Assertion"; readonly assertion: Redacted.Redacted }
  | {
    readonly _tag: "Certificate"
    /** SHA-256 of the certificate in hex digits without colons, the only form of which MSAL makes a valid header. */
    readonly thumbprint: string
    /** PEM certificates, that of the private key first. */
    readonly chain: string
    readonly privateKey: Redacted.Redacted
  }

const unusable = (meaning: string, remedy: string) => new Unauthorized({ by: "login", meaning, remedy })

const readText = Effect.fnUntraced(function*(path: string, what: string) {
  const text = yield* Effect.mapError(
    readSmall(path),
    (error) =>
      unusable(
        `The ${what} cannot be read: ${error.message}`,
        `Check that ${path} exists, is the file that you mean, and that the connector may read it`
      )
  )
  if (text === "") return yield* unusable(`The ${what} is empty: ${path}`, `Write the ${what} into ${path}`)
  return text
})

/** Checks a secret for what crept in when it was pasted. */
const clean = (secret: string, what: string) => {
  const fault = pasteFault(secret)
  return fault === undefined
    ? Effect.succeed(Redacted.make(secret))
    : Effect.fail(
      unusable(
        `${what} is not as Entra ID showed it: ${fault.slice(0, 1).toLowerCase()}${fault.slice(1)}`,
        "Paste the secret's Value from Certificates & secrets once more, as plain text"
      )
    )
}

/** Returns the certificates of a PEM file, in its order. What else is in the file is no certificate of the chain. */
const certificatesIn = (pem: string) =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [pem]).flatMap((text) =>
    Option.match(Option.liftThrowable(() => new X509Certificate(text))(), {
      onNone: () => [],
      onSome: (parsed) => [{ parsed, text }]
    })
  )

const certificate = Effect.fnUntraced(function*(certificatePath: string, privateKeyPath: string) {
  const certificates = certificatesIn(yield* readText(certificatePath, "certificate file"))
  const key = yield* readText(privateKeyPath, "private key file")
  if (certificates.length === 0) {
    return yield* unusable(
      `The certificate file is no PEM certificate: ${certificatePath}`,
      "Convert it: openssl x509 -in FILE -inform DER -out FILE.pem"
    )
  }
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(key)) {
    return yield* unusable(
      `The private key is encrypted: ${privateKeyPath}`,
      "Decrypt it: openssl pkey -in FILE -out FILE.pem, and let only the connector read it"
    )
  }
  const privateKey = yield* Effect.try({
    try: () => createPrivateKey(key),
    catch: () =>
      unusable(
        `The private key file is no PEM private key: ${privateKeyPath}`,
        "Write the key in PEM (-----BEGIN PRIVATE KEY-----) into it"
      )
  })
  if (privateKey.asymmetricKeyType !== "rsa") {
    return yield* unusable(
      `The private key is not an RSA key: ${privateKeyPath}`,
      "Make an RSA key and certificate: Entra ID does not take elliptic-curve keys here"
    )
  }
  const leaf = certificates.find(({ parsed }) => parsed.checkPrivateKey(privateKey))
  if (leaf === undefined) {
    return yield* unusable(
      `The private key does not belong to the certificate: ${privateKeyPath}, ${certificatePath}`,
      "Configure the key that the certificate was made with"
    )
  }
  return {
    _tag: "Certificate",
    thumbprint: leaf.parsed.fingerprint256.replaceAll(":", ""),
    // Entra ID takes the first one for the application's; people put them in either order.
    chain: [leaf, ...certificates.filter((each) => each !== leaf)].map(({ text }) => text).join("\n"),
    privateKey: Redacted.make(key)
  } satisfies Proof
})

/** Reads the credential. The error says what to do when a file or variable is missing or unusable. */
export const read = Effect.fnUntraced(
  function*(credential: Credential): Effect.fn.Return<Proof, Unauthorized, FileSystem.FileSystem> {
    switch (credential._tag) {
      case "Secret":
        return { _tag: "Secret", secret: credential.secret }
      case "SecretFromEnvironment": {
        const { variable } = credential
        const missing = () =>
          unusable(
            `The environment variable ${variable} with the client secret is not set`,
            `Set ${variable} in the connector's environment`
          )
        const secret = yield* Effect.mapError(Config.Redacted(variable), missing)
        const trimmed = Redacted.value(secret).trim()
        if (trimmed === "") return yield* missing()
        return { _tag: "Secret", secret: yield* clean(trimmed, `The client secret in ${variable}`) }
      }
      case "SecretFromFile":
        return {
          _tag: "Secret",
          secret: yield* clean(
            yield* readText(credential.path, "client secret file"),
            `The client secret in ${credential.path}`
          )
        }
      case "Certificate":
        return yield* certificate(credential.certificatePath, credential.privateKeyPath)
      case "FederatedToken":
        return {
          _tag: "Assertion",
          assertion: Redacted.make(yield* readText(credential.path, "federated token file"))
        }
    }
  }
)

/** Whether two proofs are equal: a proof that was refused once would be refused again. */
export const isSame = (one: Proof, other: Proof): boolean => {
  switch (one._tag) {
    case "Secret":
      return other._tag === "Secret" && Redacted.value(one.secret) === Redacted.value(other.secret)
    case "Assertion":
      return other._tag === "Assertion" && Redacted.value(one.assertion) === Redacted.value(other.assertion)
    case "Certificate":
      return other._tag === "Certificate" && one.thumbprint === other.thumbprint &&
        Redacted.value(one.privateKey) === Redacted.value(other.privateKey)
  }
}
