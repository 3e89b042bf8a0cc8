/** Words for what is wrong with settings: of the schema's messages, of misspelt names, and across several settings. */
import { Predicate, type SchemaAST } from "effect"

type Document = Readonly<Record<string, unknown>>

/** Whether a value is a document, and no list. */
export const isDocument = (value: unknown): value is Document => Predicate.isObject(value) && !Array.isArray(value)

const plain: Readonly<Record<string, string>> = {
  "Missing key": "Expected a value, and there is none",
  "Expected string": "Expected a text in double quotes",
  "Expected number": "Expected a number without quotes",
  "Expected an integer": "Expected a whole number",
  "Expected boolean": "Expected true or false",
  "Expected object": "Expected an object in braces, { }"
}

/** Says a message of the schema for people who write settings. */
export const inWords = (message: string): string => {
  const choices = /^Expected ("[^"]*"(?: \| "[^"]*")+)$/.exec(message)?.[1]?.split(" | ")
  return choices === undefined
    ? plain[message] ?? message
    : `Expected ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`
}

/** The ways to prove the application's identity; a certificate is two files. */
const proofs = [["client_secret"], ["client_secret_env"], ["client_secret_file"], [
  "client_certificate_path",
  "client_private_key_path"
], ["federated_token_file"]] as const

/** Returns what is wrong with the proofs of credentials; undefined for exactly one. */
export const proofFault = (credentials: Document): string | { path: Array<string>; issue: string } | undefined => {
  const found = proofs.filter((keys) => keys.some((key) => credentials[key] !== undefined))
  if (found.length === 0) {
    return {
      path: ["client_secret"],
      issue: `Expected this or another proof: ${
        proofs.slice(1).map((keys) => keys.join(" with ")).join(", ")
      }, and there is none`
    }
  }
  if (found.length > 1) {
    return `Expected one proof of the application's identity, and there are ${found.length}: ${
      found.map(([key]) => key).join(", ")
    }`
  }
  const missing = found[0]!.find((key) => credentials[key] === undefined)
  return missing === undefined
    ? undefined
    : { path: [missing], issue: `Expected a value: ${found[0]!.join(" and ")} belong together` }
}

/** Edits from one word to another: Levenshtein's distance. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1]
    for (let at = 0; at < other.length; at++) {
      next.push(Math.min(next[at]! + 1, row[at + 1]! + 1, row[at]! + (letter === other[at] ? 0 : 1)))
    }
    row = next
  }
  return row[other.length]!
}

/** Edits in a word that is still taken for a slip. */
const slipMax = 3

/** Returns the name that was most likely meant; undefined when none is near. */
export const nearest = (name: string, known: Iterable<string>): string | undefined => {
  let best: { readonly name: string; readonly edits: number } | undefined
  for (const one of known) {
    const edits = distance(name.toLowerCase(), one.toLowerCase())
    if (edits <= Math.min(slipMax, Math.floor(one.length / 2)) && edits < (best?.edits ?? Infinity)) {
      best = { name: one, edits }
    }
  }
  return best?.name
}

/** Collects the names of all settings of a schema, at any depth. */
export const namesOf = (ast: SchemaAST.AST, names = new Set<string>(), seen = new Set<unknown>()): Set<string> => {
  if (seen.has(ast)) return names
  seen.add(ast)
  for (const { to } of ast.encoding ?? []) namesOf(to, names, seen)
  if (ast._tag === "Union") { for (const type of ast.types) namesOf(type, names, seen) }
  if (ast._tag === "Objects") {
    for (const { name, type } of ast.propertySignatures) {
      names.add(String(name))
      namesOf(type, names, seen)
    }
    for (const { type } of ast.indexSignatures) namesOf(type, names, seen)
  }
  return names
}
