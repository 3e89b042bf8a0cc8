/** Microsoft's clouds: the sign-in host and the Graph host of a tenant. */

/** The two hosts of one tenant's cloud. */
export interface Cloud {
  /** `global`, `usgov`, `usgovdod`, or host and port of a custom Graph URL. Part of a checkpoint's identity. */
  readonly name: string
  /** Origin of the sign-in host, without a trailing slash. */
  readonly login: string
  /** Origin of Graph, without a trailing slash. */
  readonly graph: string
}

/**
 * The clouds that offer all three endpoints; from Microsoft Graph's table of national cloud deployments
 * (https://learn.microsoft.com/graph/deployments).
 */
export const clouds = {
  global: { name: "global", login: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" },
  usgov: { name: "usgov", login: "https://login.microsoftonline.us", graph: "https://graph.microsoft.us" },
  usgovdod: { name: "usgovdod", login: "https://login.microsoftonline.us", graph: "https://dod-graph.microsoft.us" }
} as const satisfies Record<string, Cloud>

/** Returns the cloud of two URLs: a simulator, or an air-gapped site. */
export const custom = (login: URL, graph: URL): Cloud => ({
  name: graph.host,
  login: login.origin,
  graph: graph.origin
})
