/** What the page knows of the connector, put in its place by the build: the page has none of the connector's code. */
import { clouds } from "../src/config/Cloud.ts"
import { all } from "../src/endpoints/Endpoints.ts"
import { moving } from "../src/status/Report.ts"

export default {
  __MOVING__: JSON.stringify(moving.source),
  __SIGN_IN__: JSON.stringify(Object.fromEntries(Object.entries(clouds).map(([name, { login }]) => [name, login]))),
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
