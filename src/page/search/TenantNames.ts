/** The names of tenants: artifacts say a tenant by its id, which only the settings know by a name. */
import type { ReactiveControllerHost } from "lit"
import { client, type StoredSettings } from "../Client.ts"

/** Reads the names out of stored settings, by tenant id in lower case. Instances of one tenant share its first name. */
export const namesOf = ({ instances }: Pick<StoredSettings, "instances">): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  for (const { document, name } of instances) {
    const { credentials, display_name: shown } = document
    const id = typeof credentials === "object" && credentials !== null && "tenant_id" in credentials
      ? credentials.tenant_id
      : undefined
    if (typeof id !== "string" || names.has(id.toLowerCase())) continue
    names.set(id.toLowerCase(), typeof shown === "string" && shown !== "" ? shown : name)
  }
  return names
}

let known: ReadonlyMap<string, string> = new Map()

/** The name of a tenant; its id as long as no name is known. */
export const tenantName = (id: string): string => known.get(id.toLowerCase()) ?? id

const hosts = new Set<ReactiveControllerHost>()
let reading: Promise<void> | undefined

/** Reads the names anew; those of before stay when the settings cannot be read. */
const read = async (): Promise<void> => {
  known = await client.instances().then(namesOf, () => known)
  reading = undefined
  for (const host of hosts) host.requestUpdate()
}

/** Draws an element anew when the names are known; they are read when it appears. */
export const followTenants = (host: ReactiveControllerHost): void =>
  host.addController({
    hostConnected: () => {
      hosts.add(host)
      reading ??= read()
    },
    hostDisconnected: () => void hosts.delete(host)
  })
