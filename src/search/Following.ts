/** Follows the sink's files line by line for the write thread, the newest file first, and indexes new lines. */
import { closeSync, lstatSync, readdirSync, readSync, type Stats } from "node:fs"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { openToRead } from "../config/OwnFiles.ts"
import { indexedLineBytesMax } from "../domain/Bounds.ts"
import { AlertUsers } from "./AlertUsers.ts"
import { documentOf } from "./Document.ts"
import type { Indexing } from "./Indexing.ts"
import { dayMillis, isWithin, type SinkFile, sinkFile } from "./SinkFiles.ts"

/** Bytes that are read together: some hundred artifacts, which take some ten milliseconds. */
const portionBytes = 262_144
/** Bytes at the start of a file, and before the read offset, by which the file is recognised. */
const knownBytes = 64
const newline = 10

interface Followed extends SinkFile {
  readonly file: number
  offset: number
  head: Buffer
  tail: Buffer
  size: number
  changed: number
  /** File size at which no complete line followed `offset`. */
  torn: number
}

/** How far the files were read. */
export interface Position {
  /** Offset up to which each file was read, by its name. */
  readonly read: { readonly [name: string]: number }
  /** Bytes that were published and not read. */
  readonly behind: number
}

const none: Buffer = Buffer.alloc(0)

const readAt = (handle: number, buffer: Buffer, offset: number): Buffer => {
  let filled = 0
  while (filled < buffer.length) {
    const count = readSync(handle, buffer, filled, buffer.length - filled, offset + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

/** Returns undefined for a file or directory that no longer exists. */
const found = <A>(look: () => A): A | undefined => {
  try {
    return look()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/**
 * Follows the files of a directory into an index.
 *
 * A file may end with a part of a line after a crash, until the sink cuts that part off. A file may also be cut further
 * back after a failed write, moved away, or replaced. So each changed file is compared with its remembered first bytes
 * and the bytes before the read offset. Where these differ, the file is read again from its start; artifacts that are
 * already indexed are recognised by their id.
 */
export class Following {
  readonly #options: { readonly directory: string; readonly prefix: string; readonly daysMax: number }
  readonly #indexing: Indexing
  readonly #now: () => number
  readonly #statements
  readonly #orders = new Map<number, number>()
  readonly #alerts: AlertUsers
  #files: Array<Followed> = []
  #portion: Buffer = none

  constructor(
    database: DatabaseSync,
    indexing: Indexing,
    options: { readonly directory: string; readonly prefix: string; readonly daysMax: number },
    now: () => number
  ) {
    this.#options = options
    this.#indexing = indexing
    this.#now = now
    this.#alerts = new AlertUsers(database, options.directory)
    this.#statements = {
      all: database.prepare("SELECT file, name FROM files"),
      known: database.prepare("SELECT file, offset, head, tail FROM files WHERE name = ?"),
      insert: database.prepare("INSERT INTO files (name, offset, head, tail) VALUES (?, 0, x'', x'')"),
      update: database.prepare("UPDATE files SET offset = ?, head = ?, tail = ? WHERE file = ?"),
      remove: database.prepare("DELETE FROM files WHERE file = ?")
    }
    for (const { file, name } of this.#statements.all.all() as Array<{ file: number; name: string }>) {
      const known = sinkFile(options.prefix, name)
      if (known !== undefined && isWithin(known, options.daysMax, now())) this.#orders.set(file, known.order)
      else this.#statements.remove.run(file)
    }
  }

  /** Looks at all files; returns whether a known one changed since the last look. */
  look(): boolean {
    const { daysMax, directory, prefix } = this.#options
    let hasChanged = false
    const files: Array<Followed> = []
    for (const name of found(() => readdirSync(directory)) ?? []) {
      const file = sinkFile(prefix, name)
      if (file === undefined || !isWithin(file, daysMax, this.#now())) continue
      const stats = found(() => lstatSync(join(directory, name)))
      // A link is not followed: what it names may be nobody's to search.
      if (stats === undefined || !stats.isFile()) continue
      const followed = this.#files.find((one) => one.name === name) ?? this.#takeUp(file)
      hasChanged = this.#compare(followed, stats) || hasChanged
      files.push(followed)
    }
    this.#files = files.sort((one, other) => other.order - one.order)
    return hasChanged
  }

  #takeUp(file: SinkFile): Followed {
    const read = () =>
      this.#statements.known.get(file.name) as
        | { file: number; offset: number; head: Uint8Array; tail: Uint8Array }
        | undefined
    if (read() === undefined) this.#statements.insert.run(file.name)
    const { head, tail, ...known } = read()!
    this.#orders.set(known.file, file.order)
    return { ...file, ...known, head: Buffer.from(head), tail: Buffer.from(tail), size: -1, changed: -1, torn: -1 }
  }

  #compare(followed: Followed, { mtimeMs, size }: Stats): boolean {
    if (followed.size === size && followed.changed === mtimeMs) return false
    const wasSeen = followed.size >= 0
    followed.size = size
    followed.changed = mtimeMs
    followed.torn = -1
    this.#withFile(followed, (handle) => this.#recognise(followed, handle))
    return wasSeen
  }

  #withFile(followed: Followed, use: (handle: number) => void): void {
    const handle = found(() => openToRead(join(this.#options.directory, followed.name)))
    if (handle === undefined) return
    try {
      use(handle)
    } finally {
      closeSync(handle)
    }
  }

  /** Moves the offset back to where the file still has the content that was read. */
  #recognise(followed: Followed, handle: number): void {
    if (followed.offset === 0) return
    const { head, size, tail } = followed
    const isSame = readAt(handle, Buffer.alloc(head.length), 0).equals(head)
    if (isSame && size >= followed.offset) {
      const before = readAt(handle, Buffer.alloc(tail.length), followed.offset - tail.length)
      if (!before.equals(tail)) followed.offset = 0
      return
    }
    // The file was cut back to the end of an earlier line, so that it is read up to its end.
    const last = size === 0 ? undefined : readAt(handle, Buffer.alloc(1), size - 1)[0]
    followed.offset = isSame && last === newline ? size : 0
    this.#remember(followed, handle)
  }

  #remember(followed: Followed, handle: number): void {
    const length = Math.min(knownBytes, followed.offset)
    followed.head = readAt(handle, Buffer.alloc(length), 0)
    followed.tail = readAt(handle, Buffer.alloc(length), followed.offset - length)
  }

  /** Tells whether everything in the file is too old for the index. */
  #isPassed({ day }: Followed): boolean {
    return day + dayMillis <= this.#indexing.horizon
  }

  get position(): Position {
    const read: Record<string, number> = {}
    let behind = 0
    for (const followed of this.#files) {
      const isRead = followed.torn === followed.size || followed.offset >= followed.size || this.#isPassed(followed)
      read[followed.name] = isRead ? followed.size : followed.offset
      if (!isRead) behind += followed.size - followed.offset
    }
    return { read, behind }
  }

  /** Reads one portion of the newest file with unread lines; returns whether there was one. */
  step(): boolean {
    const next = this.#files.find((followed) =>
      followed.offset < followed.size && followed.torn !== followed.size && !this.#isPassed(followed)
    )
    if (next === undefined) return false
    this.#withFile(next, (handle) => this.#take(next, handle))
    return true
  }

  #take(followed: Followed, handle: number): void {
    if (this.#portion.length === 0) this.#portion = Buffer.allocUnsafeSlow(portionBytes)
    let bytes = readAt(handle, this.#portion, followed.offset)
    if (bytes.length === portionBytes && !bytes.includes(newline)) {
      bytes = readAt(handle, Buffer.allocUnsafeSlow(indexedLineBytesMax), followed.offset)
    }
    const end = bytes.lastIndexOf(newline) + 1
    if (end === 0 && bytes.length < indexedLineBytesMax) {
      followed.torn = followed.size
      return
    }
    const behind = end > 0 ? followed.offset + end : this.#endOfLine(followed, handle)
    if (behind === undefined) {
      followed.torn = followed.size
      return
    }
    this.#indexing.begin()
    if (end === 0) this.#indexing.skip()
    else this.#addLines(followed, bytes.subarray(0, end))
    followed.offset = behind
    this.#remember(followed, handle)
    this.#statements.update.run(followed.offset, followed.head, followed.tail, followed.file)
    this.#indexing.commit()
  }

  /** Finds the end of a line that is too long to be read. */
  #endOfLine(followed: Followed, handle: number): number | undefined {
    for (let at = followed.offset + indexedLineBytesMax;;) {
      const bytes = readAt(handle, this.#portion, at)
      if (bytes.length === 0) return undefined
      const end = bytes.indexOf(newline)
      if (end >= 0) return at + end + 1
      at += bytes.length
    }
  }

  #addLines(followed: Followed, bytes: Buffer): void {
    for (let from = 0; from < bytes.length;) {
      const to = bytes.indexOf(newline, from)
      const document = documentOf(bytes.toString("utf8", from, to), followed.date, this.#alerts)
      if (document === undefined) this.#indexing.skip()
      else {
        const place = { file: followed.file, order: followed.order, offset: followed.offset + from, length: to - from }
        this.#indexing.add(document, place, (file) => this.#orders.get(file) ?? -1)
      }
      from = to + 1
    }
  }
}
