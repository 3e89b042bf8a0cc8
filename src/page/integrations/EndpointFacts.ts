/** The endpoints as the form shows them. The build puts them in place, from the connector's list of endpoints. */
import type { Endpoint } from "../../endpoints/Endpoints.ts"

/** What the form knows of an endpoint. */
export type EndpointFacts = Pick<
  Endpoint,
  "intervalMinutesMin" | "isOn" | "label" | "licence" | "name" | "permissions" | "retires" | "volume"
>

declare const __ENDPOINTS__: ReadonlyArray<EndpointFacts>

/** Every endpoint, those that Microsoft retires last. */
export const endpointFacts: ReadonlyArray<EndpointFacts> = __ENDPOINTS__.toSorted((one, other) =>
  Number(one.retires) - Number(other.retires)
)

/** Paths of the settings of every endpoint. */
export type EndpointPath = `endpoints.${EndpointFacts["name"]}.${"enabled" | "poll_interval_minutes"}`

/** Makes an entry for each setting of each endpoint. */
export const eachSetting = <A>(
  entry: (endpoint: EndpointFacts, setting: "enabled" | "poll_interval_minutes") => A
): Record<EndpointPath, A> =>
  Object.fromEntries(
    endpointFacts.flatMap((endpoint) =>
      (["enabled", "poll_interval_minutes"] as const).map((setting) =>
        [`endpoints.${endpoint.name}.${setting}`, entry(endpoint, setting)] as const
      )
    )
  ) as Record<EndpointPath, A>
