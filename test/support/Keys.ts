/** Makes the key set that a page passes to a ledger. */
import { KeySet } from "../../src/checkpoints/KeySet.ts"

export const keysOf = (ids: Iterable<string>): KeySet => {
  const keys = new KeySet()
  for (const id of ids) keys.add(id)
  return keys
}
