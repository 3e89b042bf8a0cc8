/** Reads the environment of a process in Conductor: the broker's address, and the appliance it runs on. */
import { Effect, FileSystem, Option, Redacted, Schema } from "effect"
import { variable } from "../config/EnvironmentVariable.ts"
import { hostOf, isLoopback } from "../config/Loopback.ts"
import { faultsOf } from "../config/SettingsDocument.ts"
import type { ConnectionOptions } from "./Connection.ts"
import { isKey, keyDefault, settingsKey } from "./NatsSettingsSource.ts"

/** The environment is unusable. Every fault is one line: the variable or file, and what was expected there. */
export class BadBootstrap extends Schema.TaggedError<BadBootstrap>()("BadBootstrap", {
  faults: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.faults.join("\n")
  }
}

/** Fields for other services are ignored. */
const NodeDocument = Schema.fromJsonString(Schema.Struct({
  appliance_id: Schema.String.check(
    Schema.isPattern(/^[A-Za-z0-9_-]+$/, { message: "Expected the appliance's ID: letters, digits and dashes" })
  ),
  org_id: Schema.optionalKey(Schema.String),
  node_hostname: Schema.optionalKey(Schema.String),
  ca_path: Schema.optionalKey(Schema.String),
  client_cert_path: Schema.optionalKey(Schema.String),
  client_key_path: Schema.optionalKey(Schema.String)
}))
const decodeNode = Schema.decodeEffect(NodeDocument, { errors: "all" })

/** The settings that the environment names. */
export interface Bootstrap {
  readonly connection: ConnectionOptions
  readonly applianceId: string
  readonly orgId: string | undefined
  /** PEM file of CAs trusted for Graph and the login host, besides the system's store. */
  readonly caFile: string | undefined
}

/** Default paths, where Conductor mounts the files. */
const mounted = {
  node: "/configs/node.json",
  ca: "/certs/ca-bundle.crt",
  certificate: "/certs/client.crt",
  key: "/certs/client.key"
}

const readNode = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const bad = (fault: string) => new BadBootstrap({ faults: [`${file}: ${fault}`] })
  const text = yield* Effect.mapError(
    fs.readFileString(file),
    () => bad("Expected Conductor's node.json, and there is none that can be read; set WF_NODE_CONFIG_FILE to its path")
  )
  return yield* Effect.mapError(
    decodeNode(text),
    (error) => bad(`Expected a whole node.json with appliance_id: ${faultsOf(error).join("; ")}`)
  )
})

/**
 * The server to which credentials would be sent without protection, as long as somebody between says so: neither `tls://`
 * nor a CA or certificate insists on TLS. Undefined when there is none.
 */
const unprotected = ({ credentials, servers, tls, token, user }: ConnectionOptions) =>
  (user ?? token ?? credentials) === undefined || tls !== undefined ||
    servers.some((server) => server.startsWith("tls://"))
    ? undefined
    : servers.find((server) => !isLoopback(hostOf(server.replace(/^nats:\/\//, ""))))

/** Whether the environment names a broker (`NATS_URL`). */
export const isInConductor: Effect.Effect<boolean> = Effect.map(variable("NATS_URL"), Option.isSome)

/**
 * Reads the environment: `NATS_URL` (one or more, separated by commas), `WF_NODE_CONFIG_FILE`, and for a protected
 * broker `NATS_USER` with `NATS_PASSWORD`, `NATS_TOKEN`, or `NATS_CREDS` (a file). TLS files are those of `node.json`,
 * else those that Conductor mounts. Credentials that nothing protects are refused unless `NATS_ALLOW_PLAINTEXT` is `1`.
 */
export const read = Effect.fn("Bootstrap.read")(
  function*(): Effect.fn.Return<Bootstrap, BadBootstrap, FileSystem.FileSystem> {
    const fs = yield* FileSystem.FileSystem
    const url = yield* variable("NATS_URL")
    const servers = Option.getOrElse(url, () => "").split(",").map((server) => server.trim()).filter((one) =>
      one !== ""
    )
    if (servers.length === 0) {
      return yield* new BadBootstrap({ faults: ["NATS_URL: Expected the broker's address, such as nats://HOST:4222"] })
    }
    const strange = servers.filter((server) => !/^(?:(?:nats|tls):\/\/)?[^\s/@]+$/.test(server))
    if (strange.length > 0) {
      return yield* new BadBootstrap({
        faults: [
          "NATS_URL: Expected nats://HOST:PORT or tls://HOST:PORT, several separated by commas; user and password are NATS_USER and NATS_PASSWORD"
        ]
      })
    }
    const key = yield* settingsKey
    if (!isKey(key)) {
      return yield* new BadBootstrap({
        faults: [
          `AZURE_SECURITY_SETTINGS_KEY: Expected a key of the bucket, such as ${keyDefault}: letters, digits, = / _ - and dots`
        ]
      })
    }
    const node = yield* readNode(Option.getOrElse(yield* variable("WF_NODE_CONFIG_FILE"), () => mounted.node))
    const present = (path: string) =>
      Effect.map(Effect.orElseSucceed(fs.exists(path), () => false), (is) => is ? path : undefined)
    const ca = node.ca_path ?? (yield* present(mounted.ca))
    const certificate = node.client_cert_path ?? (yield* present(mounted.certificate))
    const keyFile = node.client_key_path ?? (yield* present(mounted.key))
    const user = Option.getOrUndefined(yield* variable("NATS_USER"))
    const password = Option.getOrUndefined(yield* variable("NATS_PASSWORD"))
    const token = Option.getOrUndefined(yield* variable("NATS_TOKEN"))
    const credentials = Option.getOrUndefined(yield* variable("NATS_CREDS"))
    const allowsPlaintext = Option.getOrUndefined(yield* variable("NATS_ALLOW_PLAINTEXT")) === "1"
    const connection: ConnectionOptions = {
      servers,
      name: `azure-security ${node.node_hostname ?? ""}`.trim(),
      allowsPlaintext,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password: Redacted.make(password) }),
      ...(token === undefined ? {} : { token: Redacted.make(token) }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(ca === undefined && certificate === undefined ? {} : {
        tls: {
          ...(ca === undefined ? {} : { ca }),
          ...(certificate === undefined || keyFile === undefined ? {} : { certificate, key: keyFile })
        }
      })
    }
    const server = allowsPlaintext ? undefined : unprotected(connection)
    if (server !== undefined) {
      return yield* new BadBootstrap({
        faults: [
          `NATS_URL: the broker's credentials could be sent unencrypted to ${server}: write tls:// to insist on TLS, name the broker's CA in node.json (ca_path), or allow it with NATS_ALLOW_PLAINTEXT=1`
        ]
      })
    }
    return { applianceId: node.appliance_id, orgId: node.org_id, caFile: ca, connection }
  }
)
