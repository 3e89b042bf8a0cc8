/** Reads published artifacts from the sink's files. Search threads import this module. */
import { closeSync, readSync } from "node:fs"
import { join } from "node:path"
import { openToRead } from "../config/OwnFiles.ts"

/** Returns the line of an artifact; null when its file is gone, or holds something else at that place. */
export const lineAt = (
  directory: string,
  place: { readonly name: string | null; readonly offset: number; readonly length: number },
  id: string
): string | null => {
  if (place.name === null) return null
  let handle: number
  try {
    handle = openToRead(join(directory, place.name))
  } catch {
    return null
  }
  try {
    const bytes = Buffer.alloc(place.length)
    const line = bytes.toString("utf8", 0, readSync(handle, bytes, 0, place.length, place.offset))
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && "id" in value && value.id === id ? line : null
  } catch {
    return null
  } finally {
    closeSync(handle)
  }
}
