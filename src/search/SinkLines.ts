/** Reads published artifacts from the sink's files. Search threads import this module. */
import { closeSync, fstatSync } from "node:fs"
import { join } from "node:path"
import { openToRead } from "../config/OwnFiles.ts"
import { Members, readAt, suffix } from "../sinks/GzipMembers.ts"

interface Opened {
  readonly handle: number
  readonly read: Members["read"]
}

/** The compressed file that was read last stays open with one member, because an export reads its lines one by one. */
let last: Opened & { readonly file: string; readonly state: string } | undefined

const openCompressed = (file: string): Opened => {
  const handle = openToRead(file)
  const { ino, mtimeMs, size } = fstatSync(handle)
  const state = `${ino} ${mtimeMs} ${size}`
  if (last?.file === file && last.state === state) {
    closeSync(handle)
    return last
  }
  if (last !== undefined) closeSync(last.handle)
  last = { file, state, handle, read: new Members(handle).read }
  return last
}

/** Opens a file of the sink for a moment, or its compressed form. */
const using = <A>(file: string, use: (read: Members["read"]) => A): A => {
  let handle: number
  try {
    handle = openToRead(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    return use(openCompressed(file + suffix).read)
  }
  try {
    return use((buffer, offset) => readAt(handle, buffer, offset))
  } finally {
    closeSync(handle)
  }
}

/** Returns the line of an artifact; null when its file is gone, or holds something else at that place. */
export const lineAt = (
  directory: string,
  place: { readonly name: string | null; readonly offset: number; readonly length: number },
  id: string
): string | null => {
  if (place.name === null) return null
  try {
    const line = using(join(directory, place.name), (read) => read(Buffer.alloc(place.length), place.offset))
      .toString("utf8")
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && "id" in value && value.id === id ? line : null
  } catch {
    return null
  }
}
