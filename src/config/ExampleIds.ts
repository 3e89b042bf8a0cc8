/** The IDs that the example settings show in place of one's own. The simulator takes them; Microsoft has no such tenant. */
import { Predicate } from "effect"
import { isDocument } from "./SettingsFaults.ts"

export const exampleIds = {
  tenant_id: "11111111-1111-4111-8111-111111111111",
  client_id: "22222222-2222-4222-8222-222222222222"
} as const

/** What people write where an ID is still to come. */
const blank = "00000000-0000-0000-0000-000000000000"

const names = { tenant_id: "Directory (tenant) ID", client_id: "Application (client) ID" } as const

const keys = ["tenant_id", "client_id"] as const

/**
 * Returns what is said of each ID that is still the example's, by the path of the setting. An instance that polls a simulator,
 * or any other cloud given as URLs, may have them.
 */
export const exampleIdsIn = (settings: unknown) =>
  !isDocument(settings) || !isDocument(settings["instances"])
    ? []
    : Object.entries(settings["instances"]).flatMap(([name, instance]) => {
      if (!isDocument(instance) || isDocument(instance["cloud"])) return []
      const { credentials } = instance
      if (!isDocument(credentials)) return []
      return keys.flatMap((key) => {
        const given = credentials[key]
        return Predicate.isString(given) && [...keys.map((each) => exampleIds[each] as string), blank].includes(given)
          ? [{
            message: `instances.${name.replaceAll(/\s+/g, " ")}.credentials.${key} is still that of the example`,
            remedy: `write the ${names[key]} that the app registration shows under Overview`
          }]
          : []
      })
    })
