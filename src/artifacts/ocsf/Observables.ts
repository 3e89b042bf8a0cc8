/** The values of an event by which an analyst searches, each once, with its type and where it stands. */
import { observablesMax } from "../../domain/Bounds.ts"

const types = {
  hostname: [1, "Hostname"],
  ip: [2, "IP Address"],
  mac: [3, "MAC Address"],
  user: [4, "User Name"],
  mail: [5, "Email Address"],
  url: [6, "URL String"],
  file: [7, "File Name"],
  hash: [8, "Hash"],
  process: [9, "Process Name"],
  resource: [10, "Resource UID"],
  command: [13, "Command Line"],
  cve: [18, "CVE Object: uid"],
  registryKey: [46, "Registry Key Path"]
} as const

/** Observables under construction. */
export class Observables {
  readonly #seen = new Set<string>()
  readonly #all: Array<
    { readonly name: string; readonly type_id: number; readonly type: string; readonly value: string }
  > = []

  /** Adds a value that is there, up to {@link observablesMax}. Returns it. */
  add(type: keyof typeof types, name: string, value: string | undefined): string | undefined {
    if (value === undefined || value === "" || this.#all.length >= observablesMax) return value
    const [type_id, caption] = types[type]
    const key = `${type_id} ${value}`
    if (this.#seen.has(key)) return value
    this.#seen.add(key)
    this.#all.push({ name, type_id, type: caption, value })
    return value
  }

  /** All of them, in the order in which they came. */
  toArray() {
    return this.#all
  }
}
