/** The endpoints as the form shows them. The build puts them in place, from the connector's list of endpoints. */
import type { Endpoint } from "../../endpoints/Endpoints.ts"

/** What the form knows of an endpoint. */
export interface EndpointFacts
  extends
    Pick<Endpoint, "intervalMinutesMin" | "isOn" | "label" | "licence" | "name" | "permissions" | "retires" | "volume">
{
  /** What its interesting records are; absent where all are published. */
  readonly interest?: string
}

declare const __ENDPOINTS__: ReadonlyArray<EndpointFacts>

/** Every endpoint, those that Microsoft retires last. */
export const endpointFacts: ReadonlyArray<EndpointFacts> = __ENDPOINTS__.toSorted((one, other) =>
  Number(one.retires) - Number(other.retires)
)

/** A setting of an endpoint. */
export type EndpointSetting = "enabled" | "poll_interval_minutes" | "publish"

/** Paths of the settings of every endpoint. */
export type EndpointPath = `endpoints.${EndpointFacts["name"]}.${EndpointSetting}`

const settingsOf = ({ interest }: EndpointFacts): ReadonlyArray<EndpointSetting> =>
  interest === undefined ? ["enabled", "poll_interval_minutes"] : ["enabled", "poll_interval_minutes", "publish"]

/** Makes an entry for each setting of each endpoint. */
export const eachSetting = <A>(
  entry: (endpoint: EndpointFacts, setting: EndpointSetting) => A
): Record<EndpointPath, A> =>
  Object.fromEntries(
    endpointFacts.flatMap((endpoint) =>
      settingsOf(endpoint).map((setting) =>
        [`endpoints.${endpoint.name}.${setting}`, entry(endpoint, setting)] as const
      )
    )
  ) as Record<EndpointPath, A>
