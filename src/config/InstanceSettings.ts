/**
 * Settings of one instance: one Microsoft tenant, and how it is polled. They are exactly the document that Conductor
 * stores, plus this connector's own settings.
 */
import { DateTime, Effect, Option, Schema } from "effect"
import { each, type Endpoint, names } from "../endpoints/Endpoints.ts"
import { isLoopback } from "./Loopback.ts"
import { proofFault } from "./SettingsFaults.ts"
import { pasteFault } from "./TextFile.ts"

/** Makes a key optional; `value` is used when the key is absent. */
export const withDefault = <S extends Schema.Top>(schema: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema)

const documented = (schema: Schema.Codec<string>, description: string) =>
  Schema.optionalKey(schema.annotate({ description }))

const secret = (description: string) =>
  Schema.optionalKey(
    Schema.RedactedFromValue(
      Schema.String.check(Schema.isNonEmpty()).annotate({ description }).check(
        Schema.makeFilter(pasteFault),
        Schema.makeFilter((secret: string) => !guid.test(secret), { message: secretId })
      )
    )
  )

/** Entra shows a secret's ID, a GUID, beside its Value, which is none. */
const secretId = "Expected the secret's Value, and this is a GUID: most likely its Secret ID"

const minutes = (minimum: number, maximum: number, description: string) =>
  Schema.Int.check(
    Schema.isBetween({ minimum, maximum }, { message: `Expected whole minutes from ${minimum} to ${maximum}` })
  ).annotate({ description })

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const guidOrDomain =
  /^(?!common$|organizations$|consumers$)([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9-]+(\.[a-z0-9-]+)+)$/i

const path = Schema.String.check(Schema.isNonEmpty())
/** Whether a text begins with a day that there is. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) &&
  Option.exists(DateTime.make(`${text.slice(0, 10)}T00:00:00Z`), (day) =>
    DateTime.formatIso(day).startsWith(text.slice(0, 10)))

// The description must come before the check: after a custom check it would be missing in the JSON Schema.
const expires = Schema.optionalKey(
  Schema.String.annotate({
    description:
      "Day on which the client secret expires, as shown under Certificates & secrets; a warning comes 30, 14, 7 and 1 days before."
  }).check(Schema.makeFilter(isDay, { message: "Expected a day such as 2027-03-31" }))
)

const Credentials = Schema.Struct({
  tenant_id: Schema.String.check(Schema.isPattern(guidOrDomain, {
    message: "Expected the Directory (tenant) ID: a GUID, or a domain name of the tenant"
  })).annotate({ description: "Directory (tenant) ID of the app registration." }),
  client_id: Schema.String.check(Schema.isPattern(guid, { message: "Expected the Application (client) ID: a GUID" }))
    .annotate({ description: "Application (client) ID of the app registration." }),
  client_secret: secret("Client secret: its Value, not its Secret ID."),
  client_secret_env: documented(path, "Environment variable that holds the client secret."),
  client_secret_file: documented(path, "File that holds the client secret; read again for each token."),
  client_certificate_path: documented(path, "PEM file of the certificate, in place of a secret."),
  client_private_key_path: documented(path, "PEM file of the certificate's private key, not encrypted."),
  federated_token_file: documented(path, "File that holds a federated token (workload identity)."),
  client_secret_expires: expires
}).check(Schema.makeFilter(proofFault))

const origin = (description: string) =>
  Schema.String.annotate({ description }).check(Schema.makeFilter((text: string) => {
    if (!URL.canParse(text)) return "Expected a URL such as https://graph.microsoft.com"
    const url = new URL(text)
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
      return "Expected an https URL; plain http only to this machine (127.0.0.1, localhost, [::1])"
    }
    return url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "" || url.pathname !== "/"
      ? "Expected a URL of scheme, host and port only"
      : undefined
  }))

/** There for endpoints that have an interest only; undefined for others, which refuse it as any unknown setting. */
const publishOf = ({ interest }: Endpoint) => ({
  publish: withDefault(
    Schema.Literals(["all", "interesting"]).annotate({
      description: `Which records are published: \`all\`, or \`interesting\` ones only: ${interest?.words}.`
    }),
    "all"
  )
})

const EndpointSettings = (endpoint: Endpoint, minutesDefault: string) =>
  Schema.Struct({
    enabled: withDefault(Schema.Boolean.annotate({ description: "Whether this endpoint is polled." }), endpoint.isOn),
    poll_interval_minutes: Schema.optionalKey(
      minutes(1, 1440, `Minutes between the starts of two polls of this endpoint; by default ${minutesDefault}.`)
    ),
    ...(endpoint.interest === undefined ? {} as ReturnType<typeof publishOf> : publishOf(endpoint))
  })

/** Schema for one instance's settings. */
export const InstanceSettings = Schema.Struct({
  enabled: withDefault(Schema.Boolean.annotate({ description: "Whether this tenant is polled." }), true),
  integration_type: withDefault(
    Schema.String.annotate({ description: "Conductor's type of this integration; any other value causes a warning." }),
    "microsoft_graph"
  ),
  poll_interval_minutes: withDefault(
    minutes(
      1,
      1440,
      "Minutes between the starts of two polls of the alert endpoints. Incidents are polled every 15 minutes, or at this interval when it is longer."
    ),
    5
  ),
  credentials: Credentials.annotate({ description: "How the connector signs in to the tenant." }),
  org_id: documented(
    Schema.String.check(Schema.isPattern(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
      message: "Expected an organisation's id: lower-case letters, digits and dashes"
    })),
    "Organisation that the tenant's artifacts belong to, `org_id`; by default the one of node.json."
  ),
  display_name: documented(
    Schema.String.check(Schema.isMaxLength(256)),
    "Name that is shown to people; by default the instance's name."
  ),
  group: documented(
    Schema.String.check(Schema.isMaxLength(64, { message: "Expected at most 64 characters" })),
    "Group of tenants that the instance belongs to, such as a customer or a region, by which the page sorts and filters."
  ),
  lookback_hours: withDefault(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 720 }, { message: "Expected hours from 0 to 720" }))
      .annotate({ description: "How many hours back the first poll reaches; 0 collects from now on." }),
    24
  ),
  overlap_minutes: withDefault(
    minutes(
      0,
      1440,
      "How many minutes each poll reaches back before the newest record, for records that become visible late."
    ),
    15
  ),
  late_row_hours: withDefault(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 72 }, { message: "Expected hours from 0 to 72" }))
      .annotate({
        description:
          "How many hours before the overlap are checked again each hour, for records that become visible even later; 0 for none."
      }),
    6
  ),
  sender_host: withDefault(
    Schema.Literals(["record", "graph"]).annotate({
      description:
        "senderHost of the artifacts: `record` keeps Conductor's filter from collapsing different records, `graph` is the Graph host."
    }),
    "record"
  ),
  cloud: withDefault(
    Schema.Union([
      Schema.Literals(["global", "usgov", "usgovdod"]),
      Schema.Struct({ login: origin("Sign-in host."), graph: origin("Graph host.") })
    ]).annotate({
      message: `Expected "global", "usgov" or "usgovdod", or an object of two URLs, login and graph`,
      description: "Microsoft cloud of the tenant, or the two URLs of a simulator or an air-gapped cloud."
    }),
    "global"
  ),
  collect: Schema.optionalKey(
    Schema.Union([Schema.Literals(["security", "identity", "everything"]), Schema.Array(Schema.Literals(names))])
      .annotate({
        description:
          "What is collected: `security` (alerts and incidents), `identity` (and sign-ins, audits and risk), `everything`, or a list of endpoints. What `endpoints` says of one counts more.",
        message: `Expected "security", "identity" or "everything", or a list of endpoints: ${names.join(", ")}`
      })
  ),
  endpoints: withDefault(
    Schema.Struct(each((endpoint) =>
      withDefault(
        EndpointSettings(
          endpoint,
          endpoint.intervalMinutesMin === 1
            ? "poll_interval_minutes"
            : `${endpoint.intervalMinutesMin}, or poll_interval_minutes when that is longer`
        ),
        {}
      )
    )).annotate({ description: "What is polled, endpoint by endpoint." }),
    {}
  ),
  client_secret_expires: expires
})
export type InstanceSettings = typeof InstanceSettings.Type
