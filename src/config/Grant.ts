/**
 * What settings may name of this machine when somebody else than its administrator writes them: a writer of Conductor's
 * bucket, or a user of the page. Only the environment of the process grants anything.
 */
import { Effect, Option, Predicate } from "effect"
import { isAbsolute, join, relative, resolve } from "node:path"
import { undotted } from "./Cloud.ts"
import { variable } from "./EnvironmentVariable.ts"
import type { InstanceSettings } from "./InstanceSettings.ts"
import { networkFault, originFault, type PageSettings } from "./PageSettings.ts"
import { dataDirectoryDefault, type ProcessSettings } from "./Settings.ts"

/** One fault of a document: its path (empty for the whole document) and what was expected there. */
export interface FormFault {
  readonly path: string
  readonly message: string
}

/** What the environment grants. */
export interface Grant {
  /** Directory of the credential files that such settings may name (`AZURE_SECURITY_SECRETS_DIR`); none by default. */
  readonly secrets: string | undefined
  /** Hosts of custom clouds, with the port where it is not that of the scheme, that may receive these credentials (`AZURE_SECURITY_CREDENTIAL_HOSTS`); none by default. */
  readonly hosts: ReadonlySet<string>
  /** Directory that holds every directory of the process's settings (`AZURE_SECURITY_DATA_DIR`). */
  readonly data: string
  /** What the page is to people behind a proxy (`AZURE_SECURITY_PUBLIC_URL`, `AZURE_SECURITY_TRUSTED_PROXIES`). */
  readonly page: Pick<PageSettings, "public_url" | "trusted_proxies">
  /** Faults of these variables. */
  readonly faults: ReadonlyArray<string>
}

/** Settings of credentials that name a file. */
export const fileReferences = [
  "client_secret_file",
  "client_certificate_path",
  "client_private_key_path",
  "federated_token_file"
] as const

/** The setting of credentials that names an environment variable. */
const variableReference = "client_secret_env"

/** Settings of credentials that name something of this machine, in place of the secret itself. */
export const references: ReadonlyArray<string> = [variableReference, ...fileReferences]

/** A name of a file, and of nothing above or below the directory. */
const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** Reads who stands before the page. A variable at fault grants nothing. */
const pageOf = Effect.gen(function*() {
  const url = Option.getOrUndefined(yield* variable("AZURE_SECURITY_PUBLIC_URL"))
  const listed = Option.getOrElse(yield* variable("AZURE_SECURITY_TRUSTED_PROXIES"), () => "")
  const proxies = listed.split(/[,\s]+/).filter((one) => one !== "")
  const urlFault = url === undefined ? undefined : originFault(url)
  const proxiesFault = proxies.map(networkFault).find((fault) => fault !== undefined)
  return {
    page: {
      ...(url === undefined || urlFault !== undefined ? {} : { public_url: url }),
      trusted_proxies: proxiesFault === undefined ? proxies : []
    },
    faults: Object.entries({ AZURE_SECURITY_PUBLIC_URL: urlFault, AZURE_SECURITY_TRUSTED_PROXIES: proxiesFault })
      .flatMap(([name, fault]) => fault === undefined ? [] : [`${name}: ${fault}`])
  }
})

/** Reads what the environment grants. */
export const fromEnvironment: Effect.Effect<Grant> = Effect.gen(function*() {
  const secrets = Option.getOrUndefined(yield* variable("AZURE_SECURITY_SECRETS_DIR"))
  const hosts = Option.getOrElse(yield* variable("AZURE_SECURITY_CREDENTIAL_HOSTS"), () => "")
  const data = Option.getOrElse(yield* variable("AZURE_SECURITY_DATA_DIR"), () => dataDirectoryDefault)
  return {
    secrets: secrets === undefined ? undefined : resolve(secrets),
    hosts: new Set(hosts.toLowerCase().split(/[,\s]+/).filter((host) => host !== "")),
    data: resolve(data),
    ...yield* pageOf
  }
})

/** Returns the faults of credentials that name more than the environment grants. The values are not in the messages. */
export const referenceFaults = (
  { secrets }: Grant,
  credentials: Readonly<Record<string, unknown>>
): ReadonlyArray<FormFault> =>
  references.flatMap((name) => {
    const value = credentials[name]
    if (value === undefined || value === null) return []
    const fault = (message: string) => [{ path: `credentials.${name}`, message }]
    if (name === variableReference) {
      return fault("Expected no environment variable here; write the secret itself, or a file's name")
    }
    if (secrets === undefined) {
      return fault(
        "Expected no file here, because none is granted: set AZURE_SECURITY_SECRETS_DIR in the connector's environment"
      )
    }
    return Predicate.isString(value) && fileName.test(value)
      ? []
      : fault("Expected the name of a file in AZURE_SECURITY_SECRETS_DIR, without a path")
  })

/** Returns the fault of credentials from a file or variable that would be sent to a host which is not Microsoft's. */
const hostFaults = (
  { hosts }: Grant,
  { cloud, credentials }: Pick<InstanceSettings, "cloud" | "credentials">
): ReadonlyArray<FormFault> => {
  const named = references.find((name) => (credentials as Readonly<Record<string, unknown>>)[name] !== undefined)
  if (named === undefined || Predicate.isString(cloud)) return []
  const allowed = new Set(Array.from(hosts, undotted))
  const hostsOf = new Set([cloud.login, cloud.graph].map((url) => undotted(new URL(url).host)))
  const strange = Array.from(hostsOf).filter((host) => !allowed.has(host))
  return strange.length === 0 ? [] : [{
    path: "cloud",
    message: `Expected a cloud of Microsoft's beside ${named}; to allow this one, add ${
      strange.join(",")
    } to AZURE_SECURITY_CREDENTIAL_HOSTS in the connector's environment`
  }]
}

/** Returns why an instance's settings name more than the environment grants; empty when they do not. */
export const faultsOf = (
  grant: Grant,
  settings: InstanceSettings
): ReadonlyArray<FormFault> => [...referenceFaults(grant, settings.credentials), ...hostFaults(grant, settings)]

/** Replaces the names of granted files by their paths. Call it for credentials without faults only. */
export const withPaths = <C extends object>({ secrets = "" }: Grant, credentials: C): C => ({
  ...credentials,
  ...Object.fromEntries(fileReferences.flatMap((name) => {
    const value = (credentials as Readonly<Record<string, unknown>>)[name]
    return Predicate.isString(value) ? [[name, join(secrets, value)]] : []
  }))
})

const isWithin = (above: string, directory: string): boolean => {
  const way = relative(above, directory)
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way)
}

const beforePage = ["public_url", "trusted_proxies"] as const

/**
 * Replaces each directory outside the granted one by its default, and whom people reach the page through by what the
 * environment says: a link that signs in leads there. Returns the paths of the settings that are not taken. A relative
 * directory is one of the granted directory.
 */
export const withinGrant = (
  { data, page }: Grant,
  settings: ProcessSettings
): { readonly settings: ProcessSettings; readonly refused: ReadonlyArray<string> } => {
  const refused: Array<string> = []
  const placed = <S extends { readonly directory?: string }>(path: string, part: S, otherwise: string): S => {
    if (part.directory === undefined) return part
    const directory = part.directory === dataDirectoryDefault ? data : resolve(data, part.directory)
    if (isWithin(data, directory)) return { ...part, directory }
    refused.push(path)
    return { ...part, directory: otherwise }
  }
  const { public_url: _, ...shared } = settings.page
  for (const name of beforePage) {
    const value = settings.page[name]
    if (value !== undefined && value.length > 0 && String(value) !== String(page[name])) refused.push(`page.${name}`)
  }
  return {
    settings: {
      ...settings,
      page: { ...shared, ...page },
      sink: settings.sink.type === "stdout" ? settings.sink : placed("sink.directory", settings.sink, data),
      checkpoint: placed("checkpoint.directory", settings.checkpoint, join(data, "checkpoints")),
      search: placed("search.directory", settings.search, join(data, "search"))
    },
    refused
  }
}
