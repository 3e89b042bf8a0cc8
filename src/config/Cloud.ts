/** Microsoft's clouds: the sign-in host and the Graph host of a tenant. */

/** The two hosts of one tenant's cloud. */
export interface Cloud {
  /**
   * `global`, `usgov`, `usgovdod`, or host and port of a custom Graph URL. Part of the identity of a checkpoint and, for a
   * custom cloud, of an artifact.
   */
  readonly name: string
  /** Origin of the sign-in host, without a trailing slash. */
  readonly login: string
  /** Origin of Graph, without a trailing slash. */
  readonly graph: string
}

/**
 * The clouds that offer the endpoints that are on by default; from Microsoft Graph's table of national cloud deployments
 * (https://learn.microsoft.com/graph/deployments).
 */
export const clouds = {
  global: { name: "global", login: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" },
  usgov: { name: "usgov", login: "https://login.microsoftonline.us", graph: "https://graph.microsoft.us" },
  usgovdod: { name: "usgovdod", login: "https://login.microsoftonline.us", graph: "https://dod-graph.microsoft.us" }
} as const satisfies Record<string, Cloud>

/** Whether a cloud is none of Microsoft's own. */
export const isCustom = ({ name }: Cloud): boolean => !Object.hasOwn(clouds, name)

/** Returns a host, with its port if it has one, or an origin without the final dot of the name, which means the same host. */
export const undotted = (host: string): string => host.replace(/\.(?=(?::\d+)?$)/, "")

/**
 * Returns the cloud of two URLs: a simulator, or an air-gapped site. A host that is called `global` is not Microsoft's. The
 * name is as written, so that checkpoints stay; hosts are compared and asked without a final dot.
 */
export const custom = (login: URL, graph: URL): Cloud => ({
  name: Object.hasOwn(clouds, graph.host) ? graph.origin : graph.host,
  login: undotted(login.origin),
  graph: undotted(graph.origin)
})
