/**
 * Opens the connector's own files without following links, and judges who may write to a directory.
 *
 * Search threads import this module, so it loads no Effect. Everything else opens files with `DurableFile`.
 */
import { constants, existsSync, fchmodSync, mkdirSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"

const { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } = constants

/** Windows has no modes and no owners as Unix has them, and opens no file only if it is no link. */
export const isWindows = process.platform === "win32"

const O_NOFOLLOW = isWindows ? 0 : constants.O_NOFOLLOW

/** Mode of the files and directories that the connector makes: its own user only. */
export const ownerOnly = { file: 0o600, directory: 0o700 } as const

const writableByOthers = 0o022
const sticky = 0o1000

/** Opens a file to read and returns its descriptor; throws `ELOOP` for a link. */
export const openToRead = (file: string): number => openSync(file, O_RDONLY | O_NOFOLLOW)

/** Makes a file, or opens it, and gives it the mode of {@link ownerOnly}; throws `ELOOP` for a link. */
export const openOwned = (file: string): number => {
  const handle = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, ownerOnly.file)
  fchmodSync(handle, ownerOnly.file)
  return handle
}

/** Whether other users may replace what is in a directory: it is writable to them, and not sticky as `/tmp` is. */
export const isShared = (mode: number): boolean => (mode & writableByOthers) !== 0 && (mode & sticky) === 0

/** What is wrong with a directory, and what to do. */
export interface DirectoryFault {
  readonly fault: string
  readonly remedy: string
}

/** To root alone: the files of a service are not to be given away. */
const asItsUser = "run this as that user, as azure-security-service does, or "

/** Judges a directory or a file by its mode and owner; undefined when only this user and root may replace its files. */
export const judge = (
  directory: string,
  { mode, uid }: { readonly mode: number; readonly uid: number | undefined }
): DirectoryFault | undefined => {
  const own = process.getuid?.()
  if (own === undefined) return undefined
  if (uid !== undefined && uid !== own && uid !== 0) {
    return {
      fault: `${directory} belongs to another user (uid ${uid}; this process has ${own})`,
      remedy: `${own === 0 ? asItsUser : ""}run chown ${own} ${directory}, or name one of this user's`
    }
  }
  if (!isShared(mode)) return undefined
  return {
    fault: `${directory} can be written by other users (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`,
    remedy: `run chmod go-w ${directory}`
  }
}

/** Makes a directory and its parents. Node's own way hangs where the system denies an existing one (`/proc`). */
const make = (directory: string): void => {
  if (existsSync(directory) && statSync(directory).isDirectory()) return
  const above = dirname(directory)
  if (above !== directory) make(above)
  mkdirSync(directory, { mode: ownerOnly.directory })
}

/** Makes a missing directory; throws when other users may write to it. */
export const makeDirectory = (directory: string): void => {
  make(directory)
  const found = judge(directory, statSync(directory))
  if (found !== undefined) throw new Error(`${found.fault}: ${found.remedy}`)
}
