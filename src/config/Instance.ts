/** One tenant as the rest of the program sees it: its settings with every default resolved. */
import { Duration, Equal } from "effect"
import type { MappingContext } from "../artifacts/Mapped.ts"
import { each, type EndpointName, endpoints, names } from "../endpoints/Endpoints.ts"
import { absence } from "../endpoints/NationalClouds.ts"
import { type Cloud, clouds, custom, isCustom } from "./Cloud.ts"
import { Credential } from "./Credential.ts"
import type { InstanceSettings } from "./InstanceSettings.ts"

/** What may change without interrupting a page. */
export interface Pace {
  readonly intervals: Readonly<Record<EndpointName, Duration.Duration>>
  readonly lookback: Duration.Duration
  readonly overlap: Duration.Duration
  /** How far before the overlap late records are looked for. */
  readonly lateRows: Duration.Duration
  /** Logs of which only the interesting records are published. */
  readonly interesting?: ReadonlyArray<EndpointName>
}

/** Settings that identify an instance: a change of any of them restarts it. */
export interface Identity {
  readonly name: string
  readonly displayName: string
  readonly enabled: boolean
  readonly cloud: Cloud
  readonly tenantId: string
  readonly clientId: string
  readonly credential: Credential
  readonly senderHost: "record" | "graph"
  /** The organisation of the tenant's artifacts; undefined for that of the appliance. */
  readonly orgId?: string | undefined
  readonly endpoints: ReadonlyArray<EndpointName>
  /** Why an endpoint is off that the settings turn on: the cloud does not offer it. */
  readonly absent?: Readonly<Partial<Record<EndpointName, string>>>
}

/** An instance with its settings resolved. */
export interface Instance {
  readonly identity: Identity
  readonly pace: Pace
  /** Day on which the client secret expires, as written in the settings. */
  readonly secretExpires: string | undefined
  /** Group of tenants, for people only. */
  readonly group?: string | undefined
  /** Value of `integration_type`; the connector warns of anything but `microsoft_graph`. */
  readonly integrationType: string
}

const credentialOf = (from: InstanceSettings["credentials"]): Credential => {
  if (from.client_secret !== undefined) return Credential.Secret({ secret: from.client_secret })
  if (from.client_secret_env !== undefined) {
    return Credential.SecretFromEnvironment({ variable: from.client_secret_env })
  }
  if (from.client_secret_file !== undefined) return Credential.SecretFromFile({ path: from.client_secret_file })
  if (from.federated_token_file !== undefined) return Credential.FederatedToken({ path: from.federated_token_file })
  return Credential.Certificate({
    certificatePath: from.client_certificate_path ?? "",
    privateKeyPath: from.client_private_key_path ?? ""
  })
}

/** Resolves the settings of all instances, in the order of the settings: of `order`, where it is given. */
export const allFromSettings = (
  { instances }: { readonly instances: Readonly<Record<string, InstanceSettings>> },
  order: ReadonlyArray<string> = []
): ReadonlyArray<Instance> => {
  const names = new Set([...order, ...Object.keys(instances)])
  return Array.from(names).flatMap((name) => {
    const settings = Object.hasOwn(instances, name) ? instances[name] : undefined
    return settings === undefined ? [] : [fromSettings(name, settings)]
  })
}

/** Resolves one instance's settings. */
export const fromSettings = (name: string, settings: InstanceSettings): Instance => {
  const minutes = settings.poll_interval_minutes
  const cloud = typeof settings.cloud === "string"
    ? clouds[settings.cloud]
    : custom(new URL(settings.cloud.login), new URL(settings.cloud.graph))
  const on = names.filter((endpoint) => settings.endpoints[endpoint].enabled)
  const absent: Partial<Record<EndpointName, string>> = {}
  for (const endpoint of on) {
    const why = absence(endpoints[endpoint], cloud.graph)
    if (why !== undefined) absent[endpoint] = why
  }
  return {
    identity: {
      name,
      displayName: settings.display_name ?? name,
      enabled: settings.enabled,
      cloud,
      tenantId: settings.credentials.tenant_id.toLowerCase(),
      clientId: settings.credentials.client_id.toLowerCase(),
      credential: credentialOf(settings.credentials),
      senderHost: settings.sender_host,
      orgId: settings.org_id,
      endpoints: on.filter((endpoint) => absent[endpoint] === undefined),
      absent
    },
    pace: {
      intervals: each(({ intervalMinutesMin, name }) =>
        Duration.minutes(settings.endpoints[name].poll_interval_minutes ?? Math.max(minutes, intervalMinutesMin))
      ),
      lookback: Duration.hours(settings.lookback_hours),
      overlap: Duration.minutes(settings.overlap_minutes),
      lateRows: Duration.hours(settings.late_row_hours),
      interesting: names.filter((name) => settings.endpoints[name].publish === "interesting")
    },
    secretExpires: settings.client_secret_expires ?? settings.credentials.client_secret_expires,
    group: settings.group === undefined || settings.group.trim() === "" ? undefined : settings.group.trim(),
    integrationType: settings.integration_type
  }
}

/** Returns what the mapping gets of an instance. */
export const contextOf = ({ cloud, displayName, orgId, senderHost, tenantId }: Identity): MappingContext => ({
  tenantId,
  displayName,
  senderHost,
  graphHost: new URL(cloud.graph).host,
  customCloud: isCustom(cloud) ? cloud.name : undefined,
  ...(orgId === undefined ? {} : { orgId })
})

/** Whether two identities are equal; otherwise the instance is restarted. */
export const sameIdentity = (one: Identity, other: Identity): boolean => Equal.equals(one, other)
