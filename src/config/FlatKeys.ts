/**
 * Credentials as Conductor's forms of other connectors write them: flat keys of the document, in place of `credentials`. A
 * document that has them keeps them when it is changed here.
 */
import { isDocument } from "./SettingsFaults.ts"

/** Names of a credential as a flat key; the first is written where a document has none. */
const flat = {
  tenant_id: ["tenant_id"],
  client_id: ["client_id"],
  client_secret: ["client_secret", "secret"]
} as const

type Document = Readonly<Record<string, unknown>>

const isFlat = (name: string) => Object.values(flat).some((names) => (names as ReadonlyArray<string>).includes(name))

const without = (document: Document, leaves: (name: string) => boolean): Document =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !leaves(name)))

/** Returns the document with its flat keys in `credentials`; what `credentials` has itself counts. */
export const nested = <D>(document: D): D | Document => {
  if (!isDocument(document)) return document
  const found = Object.entries(flat).flatMap(([name, keys]) => {
    const key = keys.find((key) => document[key] !== undefined && document[key] !== null && document[key] !== "")
    return key === undefined ? [] : [[name, document[key]] as const]
  })
  if (found.length === 0) return document
  const own = isDocument(document["credentials"]) ? document["credentials"] : {}
  return { ...without(document, isFlat), credentials: { ...Object.fromEntries(found), ...own } }
}

/** Returns the document with the credentials as flat keys that `stored`, the one it replaces, had so. */
export const flattenedLike = (document: Document, stored: unknown): Document => {
  const credentials = document["credentials"]
  if (!isDocument(stored) || !isDocument(credentials)) return document
  const own = isDocument(stored["credentials"]) ? stored["credentials"] : {}
  const moved = Object.entries(flat).flatMap(([name, keys]) => {
    const key = keys.find((key) => stored[key] !== undefined)
    return key === undefined || own[name] !== undefined || credentials[name] === undefined ? [] : [{ name, key }]
  })
  const left = without(credentials, (name) => moved.some((one) => one.name === name))
  return {
    ...without(document, (name) => name === "credentials"),
    ...Object.fromEntries(moved.map(({ key, name }) => [key, credentials[name]])),
    ...(Object.keys(left).length === 0 ? {} : { credentials: left })
  }
}
