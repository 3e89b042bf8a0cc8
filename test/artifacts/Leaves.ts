/** Makes an object of each evidence type in which every leaf has a value of its own. */
import { types } from "../../src/evidence/Evidence.ts"
import { base, type Field, type Fields } from "../../src/evidence/EvidenceFields.ts"

const byName = new Map(types.map((type) => [type.name, type]))

/** One value in an object of evidence: where it stands, and what it is. */
export interface Leaf {
  readonly path: string
  readonly value: string
}

/** Makes values that differ from each other, each of the kind that its property's name says. */
const maker = () => {
  let count = 0
  const leaves: Array<Leaf> = []
  const valueOf = (name: string, { words }: Field): string | number | boolean => {
    const n = ++count
    if (/datetime$/i.test(name)) return `2026-11-01T${10 + Math.floor(n / 60)}:${String(n % 60).padStart(2, "0")}:07Z`
    if (/^(is|has)[A-Z]/.test(name)) return n % 2 === 0
    if (/port$/i.test(name) && name !== "targetPort") return 2000 + n
    if (/^(latitude|longitude)$/.test(name)) return n / 8
    if (/(^|[a-z])ip(s|Address(es)?|Interfaces)?$/i.test(name) && !/membership/i.test(name)) {
      return `10.${Math.floor(n / 250)}.${n % 250}.7`
    }
    if (name === "lastIpAddress" || name === "lastExternalIpAddress") return `10.9.${n % 250}.8`
    if (/(^|[a-z])Address$/i.test(name) && name !== "macAddress") return `mail-${n}@b.example`
    if (/^(url|urls|webUrl|baseUrl)$/.test(name)) return `https://h${n}.b.example/p${n}`
    if (/^(sha256|sha1|md5|sha256Ac)$/.test(name)) return `${n}`.padStart(40, "0")
    if (/^(processId|parentProcessId|pid)$/.test(name)) return 70_000 + n
    if (name === "resourceId") return `/subscriptions/s${n}/resourceGroups/g${n}/providers/Microsoft.Sql/servers/v${n}`
    return words === undefined ? `value-${n}` : `word${n}`
  }
  const objectOf = (fields: Fields, path: string, ancestors: ReadonlyArray<string>, isTop: boolean): object => {
    const made: Record<string, unknown> = {}
    for (const [name, field] of fields) {
      if (name in base && (!isTop || name === "verdict" || name === "roles" || name === "remediationStatus")) continue
      const here = `${path}.${name}`
      const isList = name.endsWith("s") &&
        /(files|processes|nics|containers|initContainers|ephemeralContainers|externalIPs|ipAddresses|trustedDomains|urls|servicePorts|fileHashes|loggedOnUsers|resourceAccessEvents)$/i
          .test(name)
      const inside = (value: object) => isList ? [value] : value
      if (field.part !== undefined) made[name] = inside(objectOf(field.part, here, ancestors, false))
      else if (field.nested !== undefined) {
        const type = byName.get(field.nested === "untyped" ? "azureResource" : field.nested)!
        if (ancestors.length > 3 || ancestors.at(-2) === type.name) continue
        const inner = objectOf(type.fields, here, [...ancestors, type.name], false)
        made[name] = inside({ "@odata.type": `#microsoft.graph.security.${type.name}Evidence`, ...inner })
      } else if (/^(labels|selector)$/.test(name)) made[name] = { app: valueIn(here, name, field) }
      else if (
        /^(args|command|owners|permissions|protocols|recipients|suspiciousRecipients|threats|threatDetectionMethods|vlans|allowedServices|allowedResourceTypes|networkMessageIds|ipInterfaces|tags|detailedRoles|urls)$/
          .test(name)
      ) {
        made[name] = [valueIn(here, name, field)]
      } else made[name] = valueIn(here, name, field)
    }
    return made
  }
  const valueIn = (path: string, name: string, field: Field) => {
    const value = valueOf(name, field)
    leaves.push({ path, value: String(value).toLowerCase() })
    return value
  }
  return { leaves, objectOf }
}

/** An evidence object of a type, and every value in it. */
export const leavesOf = (
  name: string,
  fields: Fields
): { readonly element: object; readonly leaves: ReadonlyArray<Leaf> } => {
  const { leaves, objectOf } = maker()
  const element = {
    "@odata.type": `#microsoft.graph.security.${name}Evidence`,
    roles: [],
    ...objectOf(fields, name, [name], true)
  }
  return { element, leaves }
}
