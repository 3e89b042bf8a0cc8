/** Turns endpoints on by what an instance is to collect. What the settings say of an endpoint itself counts more. */
import { endpoints, names } from "../endpoints/Endpoints.ts"
import { isDocument } from "./SettingsFaults.ts"

const guided = names.filter((name) => endpoints[name].isOn)

/** Services of sign-ins, audits and risk. */
const identityServices: ReadonlySet<string> = new Set(["reports", "identityProtection"])

/** The endpoints of each word. */
export const presets: Readonly<Record<"security" | "identity" | "everything", ReadonlyArray<string>>> = {
  security: guided,
  identity: [...guided, ...names.filter((name) => identityServices.has(endpoints[name].service))],
  everything: names
}

const listOf = (collect: unknown): ReadonlyArray<unknown> | undefined =>
  Array.isArray(collect)
    ? collect
    : typeof collect === "string" && Object.hasOwn(presets, collect)
    ? presets[collect as keyof typeof presets]
    : undefined

/** Returns an instance's document in which each endpoint says whether it is on. */
export const collected = <D>(document: D): D | Readonly<Record<string, unknown>> => {
  if (!isDocument(document)) return document
  const list = listOf(document["collect"])
  const { endpoints: own = {} } = document
  if (list === undefined || !isDocument(own)) return document
  const of = (name: string) => {
    const one = own[name] ?? {}
    return isDocument(one) ? { enabled: list.includes(name), ...one } : one
  }
  return { ...document, endpoints: { ...own, ...Object.fromEntries(names.map((name) => [name, of(name)])) } }
}
