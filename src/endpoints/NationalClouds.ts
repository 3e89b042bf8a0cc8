/** Microsoft's national clouds that do not offer every endpoint, by the schema that Microsoft Graph publishes for each. */
import type { EndpointDefinition, NationalCloud } from "./EndpointDefinition.ts"

/** Each cloud in words, by the host of its Graph. */
const hosts = {
  "microsoftgraph.chinacloudapi.cn": { name: "china", words: "China (21Vianet)" },
  "graph.svc.sovcloud.fr": { name: "bleu", words: "France (Bleu)" },
  "graph.svc.sovcloud.de": { name: "delos", words: "Germany (Delos)" },
  "graph.svc.sovcloud.sg": { name: "govsg", words: "Singapore (GovSG)" },
  "graph.eaglex.ic.gov": { name: "usnat", words: "the United States (USNat)" },
  "graph.microsoft.scloud": { name: "ussec", words: "the United States (USSec)" }
} as const satisfies Readonly<Record<string, { readonly name: NationalCloud; readonly words: string }>>

/** Returns a national cloud by its Graph's origin; undefined for one that offers all, and for any other host. */
const cloudOf = (graph: string): typeof hosts[keyof typeof hosts] | undefined => {
  const { host } = new URL(graph)
  return Object.hasOwn(hosts, host) ? hosts[host as keyof typeof hosts] : undefined
}

/** Says that an endpoint is not offered in the cloud of this Graph; undefined where it is. */
export const absence = ({ absentIn = [] }: Pick<EndpointDefinition, "absentIn">, graph: string): string | undefined => {
  const cloud = cloudOf(graph)
  return cloud !== undefined && absentIn.includes(cloud.name)
    ? `Microsoft does not offer it in its cloud of ${cloud.words}`
    : undefined
}

/** Returns an endpoint as the cloud of this Graph has it: without the properties that it lacks. */
export const inCloud = <E extends EndpointDefinition>(endpoint: E, graph: string): E => {
  const { list } = endpoint
  const cloud = cloudOf(graph)
  const lacks = cloud === undefined ? undefined : list?.lacks?.[cloud.name]
  if (list === undefined || lacks === undefined) return endpoint
  const has = (name: string) => !lacks.includes(name)
  const { daily, select, ...others } = list
  return {
    ...endpoint,
    list: {
      ...others,
      ...(select === undefined ? {} : { select: select.filter(has) }),
      ...(daily === undefined || !daily.select.every(has) ? {} : { daily })
    }
  }
}
