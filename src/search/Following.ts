/** Follows the sink's files line by line for the write thread, the newest file first, and indexes new lines. */
import { closeSync, lstatSync, readdirSync, type Stats } from "node:fs"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { openToRead } from "../config/OwnFiles.ts"
import { indexedLineBytesMax } from "../domain/Bounds.ts"
import { Members, readAt } from "../sinks/GzipMembers.ts"
import { AlertUsers } from "./AlertUsers.ts"
import { documentOf } from "./Document.ts"
import type { Indexing } from "./Indexing.ts"
import { dayMillis, isWithin, type SinkFile, sinkFile, sinkFiles, storedName } from "./SinkFiles.ts"

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
  /** Bytes of the plain content. */
  size: number
  /** Bytes in the directory, which are fewer when the file is compressed. */
  stored: number
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

/** Reads the plain content of an open file. */
type Read = (buffer: Buffer, offset: number) => Buffer

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
    for (const file of sinkFiles(prefix, found(() => readdirSync(directory)) ?? [])) {
      if (!isWithin(file, daysMax, this.#now())) continue
      const stats = found(() => lstatSync(join(directory, storedName(file))))
      // A link is not followed: what it names may be nobody's to search.
      if (stats === undefined || !stats.isFile()) continue
      const followed = this.#files.find(({ isCompressed, name }) =>
        name === file.name && isCompressed === file.isCompressed
      ) ?? this.#takeUp(file)
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
    return {
      ...file,
      ...known,
      head: Buffer.from(head),
      tail: Buffer.from(tail),
      size: -1,
      stored: -1,
      changed: -1,
      torn: -1
    }
  }

  #compare(followed: Followed, { mtimeMs, size }: Stats): boolean {
    if (followed.stored === size && followed.changed === mtimeMs) return false
    const wasSeen = followed.stored >= 0
    followed.stored = size
    followed.size = size
    followed.changed = mtimeMs
    followed.torn = -1
    this.#withFile(followed, (read) => this.#recognise(followed, read))
    return wasSeen
  }

  #withFile(followed: Followed, use: (read: Read) => void): void {
    const handle = found(() => openToRead(join(this.#options.directory, storedName(followed))))
    if (handle === undefined) return
    try {
      if (!followed.isCompressed) return use((buffer, offset) => readAt(handle, buffer, offset))
      const members = new Members(handle)
      // Another program's file has nothing that could be read.
      followed.size = members.size ?? 0
      use(members.read)
    } finally {
      closeSync(handle)
    }
  }

  /** Moves the offset back to where the file still has the content that was read. */
  #recognise(followed: Followed, read: Read): void {
    if (followed.offset === 0) return
    const { head, size, tail } = followed
    const isSame = read(Buffer.alloc(head.length), 0).equals(head)
    if (isSame && size >= followed.offset) {
      const before = read(Buffer.alloc(tail.length), followed.offset - tail.length)
      if (!before.equals(tail)) followed.offset = 0
      return
    }
    // The file was cut back to the end of an earlier line, so that it is read up to its end.
    const last = size === 0 ? undefined : read(Buffer.alloc(1), size - 1)[0]
    followed.offset = isSame && last === newline ? size : 0
    this.#remember(followed, read)
  }

  #remember(followed: Followed, read: Read): void {
    const length = Math.min(knownBytes, followed.offset)
    followed.head = read(Buffer.alloc(length), 0)
    followed.tail = read(Buffer.alloc(length), followed.offset - length)
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
    this.#withFile(next, (read) => this.#take(next, read))
    return true
  }

  #take(followed: Followed, read: Read): void {
    if (this.#portion.length === 0) this.#portion = Buffer.allocUnsafeSlow(portionBytes)
    let bytes = read(this.#portion, followed.offset)
    if (bytes.length === portionBytes && !bytes.includes(newline)) {
      bytes = read(Buffer.allocUnsafeSlow(indexedLineBytesMax), followed.offset)
    }
    const end = bytes.lastIndexOf(newline) + 1
    if (end === 0 && bytes.length < indexedLineBytesMax) {
      followed.torn = followed.size
      return
    }
    const behind = end > 0 ? followed.offset + end : this.#endOfLine(followed, read)
    if (behind === undefined) {
      followed.torn = followed.size
      return
    }
    this.#indexing.begin()
    if (end === 0) this.#indexing.skip()
    else this.#addLines(followed, bytes.subarray(0, end))
    followed.offset = behind
    this.#remember(followed, read)
    this.#statements.update.run(followed.offset, followed.head, followed.tail, followed.file)
    this.#indexing.commit()
  }

  /** Finds the end of a line that is too long to be read. */
  #endOfLine(followed: Followed, read: Read): number | undefined {
    for (let at = followed.offset + indexedLineBytesMax;;) {
      const bytes = read(this.#portion, at)
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
