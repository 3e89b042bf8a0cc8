/** What `init` has to know: its flags, and prompts for what they leave open where there is a terminal. */
import { Effect, Option, Redacted, Result, Schema, Stdio, Stream, Terminal } from "effect"
import { Flag, Prompt } from "effect/cli"
import type { presets } from "../config/Collect.ts"
import { InstanceSettings } from "../config/InstanceSettings.ts"
import { nameFault } from "../config/Settings.ts"
import { formFaultsOf } from "../config/SettingsDocument.ts"
import { credentialBytesMax } from "../domain/Bounds.ts"
import { Refusal } from "./StartRefusal.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const instanceDefault = "my-tenant"

/** A flag for each answer. No value of a flag is a secret: other users of the machine see the values. */
export const flags = {
  instance: text("instance", "NAME", `Name of the tenant in log and page; ${instanceDefault} by default`),
  tenantId: text("tenant-id", "ID", "Directory (tenant) ID of the app registration"),
  clientId: text("client-id", "ID", "Application (client) ID of the app registration"),
  secretStdin: Flag.Boolean("secret-stdin").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Read the client secret from standard input, and keep it in the settings file")
  ),
  secretFile: text("secret-file", "FILE", "File that holds the client secret; it stays there"),
  secretEnv: text("secret-env", "VARIABLE", "Environment variable that holds the client secret; it stays there"),
  certificate: text("certificate", "FILE", "PEM file of a certificate, in place of a secret"),
  privateKey: text("private-key", "FILE", "PEM file of the certificate's private key"),
  federatedToken: text("federated-token", "FILE", "File that holds a federated token, in place of a secret"),
  collect: Flag.Literals("collect", ["security", "identity", "everything"]).pipe(
    Flag.withDescription("What is collected; security by default"),
    Flag.optional
  ),
  cloud: text("cloud", "CLOUD", "global, usgov or usgovdod, or the URL of a simulator; global by default")
}

type Flags = { readonly [K in keyof typeof flags]: (typeof flags)[K] extends Flag.Flag<infer A> ? A : never }

type Credentials = Readonly<Record<string, string>>

/** What the settings are made of. Nothing is judged but what was typed. */
export interface Answers {
  readonly name: string
  readonly credentials: Credentials
  readonly collect: keyof typeof presets
  readonly cloud: unknown
}

const credentialFields = InstanceSettings.fields.credentials.fields

/** Judges an answer by the schema of its setting. */
const judged = (setting: "tenant_id" | "client_id" | "client_secret") => {
  const decode = Schema.decodeUnknownResult(Schema.Struct({ [setting]: credentialFields[setting] }))
  return (answer: string): Effect.Effect<string, string> => {
    const trimmed = answer.trim()
    return Result.match(decode({ [setting]: trimmed }), {
      onSuccess: () => Effect.succeed(trimmed),
      onFailure: (error) => Effect.fail(formFaultsOf(error)[0]!.message)
    })
  }
}

const notEmpty = (answer: string) =>
  answer.trim() === "" ? Effect.fail("Expected a path or a name") : Effect.succeed(answer.trim())

const named = (message: string) => Prompt.String({ message, validate: notEmpty })

const askedProof = Effect.gen(function*() {
  const kind = yield* Prompt.Select({
    message: "How does the application prove its identity?",
    choices: [
      { title: "a client secret, typed or pasted here; kept in the settings file", value: "typed" },
      { title: "a client secret in a file", value: "file" },
      { title: "a client secret in an environment variable", value: "variable" },
      { title: "a certificate", value: "certificate" },
      { title: "a federated token (workload identity)", value: "token" }
    ]
  })
  switch (kind) {
    case "file":
      return { client_secret_file: yield* named("File that holds the client secret") }
    case "variable":
      return { client_secret_env: yield* named("Environment variable that holds the client secret") }
    case "certificate":
      return {
        client_certificate_path: yield* named("PEM file of the certificate"),
        client_private_key_path: yield* named("PEM file of its private key, not encrypted")
      }
    case "token":
      return { federated_token_file: yield* named("File that holds the federated token") }
    default: {
      const secret = yield* Prompt.Hidden({
        message: "Client secret: its Value, not its Secret ID (it is not shown)",
        validate: judged("client_secret")
      })
      return { client_secret: Redacted.value(secret) }
    }
  }
})

const fromStdin = Effect.gen(function*() {
  const { stdin, stdinIsTerminal } = yield* Stdio.Stdio
  if (yield* stdinIsTerminal) {
    return yield* new Refusal({
      faults: ["--secret-stdin: standard input is a terminal, which would show the secret; without it you are asked"]
    })
  }
  const parts: Array<Uint8Array> = []
  let bytes = 0
  yield* Stream.runForEachWhile(stdin, (part) =>
    Effect.sync(() => {
      parts.push(part)
      bytes += part.length
      return bytes <= credentialBytesMax
    })).pipe(Effect.mapError(({ message }) => new Refusal({ faults: [`--secret-stdin: ${message}`] })))
  const secret = Buffer.concat(parts).toString("utf8").trim()
  return secret === "" || bytes > credentialBytesMax
    ? yield* new Refusal({
      faults: [`--secret-stdin: Expected a client secret, and standard input is ${secret === "" ? "empty" : "longer"}`]
    })
    : secret
})

const proofOf = (given: Flags): Credentials =>
  Object.fromEntries(
    ([
      ["client_secret_file", given.secretFile],
      ["client_secret_env", given.secretEnv],
      ["client_certificate_path", given.certificate],
      ["client_private_key_path", given.privateKey],
      ["federated_token_file", given.federatedToken]
    ] as const).flatMap(([setting, value]) => Option.isSome(value) ? [[setting, value.value]] : [])
  )

const cloudOf = (cloud: Option.Option<string>): unknown =>
  Option.match(cloud, {
    onNone: () => undefined,
    onSome: (text) => text.includes("://") ? { login: text, graph: text } : text
  })

/** Asks for everything that the flags leave open; without a terminal it says which flags are missing. */
export const answers = Effect.fnUntraced(function*(given: Flags) {
  const { stdinIsTerminal, stdoutIsTerminal } = yield* Stdio.Stdio
  const isAsking = (yield* stdinIsTerminal) && (yield* stdoutIsTerminal)
  const secret = given.secretStdin ? { client_secret: yield* fromStdin } : {}
  const own = proofOf(given)
  const hasProof = given.secretStdin || Object.keys(own).length > 0
  if (!isAsking) {
    const missing = [
      ...Option.isNone(given.tenantId) ? ["--tenant-id ID"] : [],
      ...Option.isNone(given.clientId) ? ["--client-id ID"] : [],
      ...hasProof ?
        [] :
        ["a proof: --secret-stdin, --secret-file FILE, --secret-env VARIABLE, --certificate FILE with --private-key FILE, or --federated-token FILE"]
    ]
    if (missing.length > 0) {
      return yield* new Refusal({ faults: missing.map((flag) => `without a terminal, name ${flag}`) })
    }
  }
  // Otherwise the terminal shows what is typed between two prompts, such as a secret that is pasted too early.
  if (isAsking) yield* (yield* Terminal.Terminal).readInput
  const or = <A, E, R>(value: Option.Option<A>, prompt: Effect.Effect<A, E, R>, otherwise: A) =>
    Option.isSome(value) ? Effect.succeed(value.value) : isAsking ? prompt : Effect.succeed(otherwise)
  const name = yield* or(
    given.instance,
    Prompt.String({
      message: "Name of the tenant in log and page",
      default: instanceDefault,
      validate: (answer) => {
        const fault = nameFault(answer.trim(), [])
        return fault === undefined ? Effect.succeed(answer.trim()) : Effect.fail(fault)
      }
    }),
    instanceDefault
  )
  const tenant = Prompt.String({ message: "Directory (tenant) ID", validate: judged("tenant_id") })
  const client = Prompt.String({ message: "Application (client) ID", validate: judged("client_id") })
  const ids = {
    tenant_id: yield* or(given.tenantId, tenant, ""),
    client_id: yield* or(given.clientId, client, "")
  }
  const proof: Credentials = {
    ...secret,
    ...hasProof ? own : yield* askedProof
  }
  const collect = yield* or<Answers["collect"], Terminal.QuitError, Prompt.Environment>(
    given.collect,
    Prompt.Select({
      message: "What is collected?",
      choices: [{ title: "security: alerts and incidents", value: "security" }, {
        title: "identity: and sign-ins, audits and risk",
        value: "identity"
      }, { title: "everything: and inventories of users and devices", value: "everything" }]
    }),
    "security"
  )
  const found: Answers = { name, credentials: { ...ids, ...proof }, collect, cloud: cloudOf(given.cloud) }
  return { answers: found, isAsking }
}, Effect.scoped)
