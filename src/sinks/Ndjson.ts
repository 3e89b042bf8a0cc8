/**
 * Artifacts and dead letters as newline-delimited JSON.
 *
 * No codec is in between: an artifact is a flat object of strings and numbers that this program made, a dead letter holds
 * raw JSON in Graph's own digits, however deep, and a codec would double the cost of a drain.
 *
 * @since 0.1.0
 */

import { stringify } from "../artifacts/Message.ts"

/**
 * One line for each value, each ended by a newline; the empty text for none.
 *
 * @category encoding
 * @since 0.1.0
 */
export const lines = (values: ReadonlyArray<object>): string => {
  let text = ""
  for (const value of values) text += `${stringify(value)}\n`
  return text
}
