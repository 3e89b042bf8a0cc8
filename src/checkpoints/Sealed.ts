/**
 * JSON that ends with a sum of its own text, so that a flipped bit is noticed where the JSON stays valid: a mark that moved
 * a week ahead by it would lose a week.
 */
import { hash } from "node:crypto"

const sumOf = (text: string): string => hash("sha256", text, "hex").slice(0, 16)
const form = /,"sum":"([0-9a-f]{16})"\}$/

/** Adds the sum to the text of a JSON object that has properties. `more` is summed with it. */
export const seal = (json: string, more = ""): string => `${json.slice(0, -1)},"sum":"${sumOf(json + more)}"}`

/** Whether the text is as it was sealed. One without a sum, as earlier versions wrote it, is. */
export const isIntact = (text: string, more = ""): boolean => {
  const found = form.exec(text)
  return found === null || sumOf(`${text.slice(0, found.index)}}${more}`) === found[1]
}
