/** What the page knows of the endpoints, put in its place by the build: the page has none of the connector's code. */
import { all } from "../src/endpoints/Endpoints.ts"

export default {
  __ENDPOINTS__: JSON.stringify(
    all.map(({ interest, intervalMinutesMin, isOn, label, licence, name, permissions, retires, volume }) => ({
      interest: interest?.words,
      intervalMinutesMin,
      isOn,
      label,
      licence,
      name,
      permissions,
      retires,
      volume
    }))
  )
}
