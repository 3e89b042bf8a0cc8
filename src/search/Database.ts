/**
 * Opens the index database: one SQLite file, written by one thread and read by another.
 *
 * The database holds nothing that the sink's files do not hold, so every fault is repaired by rebuilding it. A file that
 * is not ours is set aside first. Only the search threads load SQLite, never the program itself.
 */
import { closeSync, lstatSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { makeDirectory, openOwned } from "../config/OwnFiles.ts"
import { facetNames } from "./Facets.ts"

/** Name of the database's file in the search directory. */
export const databaseName = "search.sqlite"

/** Marks the file as ours: `azse`. */
const applicationId = 0x617a7365
/** Version of the tables. A database of another version is rebuilt. */
const schemaVersion = 3

const schema = `
  CREATE TABLE counts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE files (
    file INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- The file was read up to offset. Its first bytes (head) and those before offset (tail) identify the file.
    offset INTEGER NOT NULL,
    head BLOB NOT NULL,
    tail BLOB NOT NULL
  );
  CREATE TABLE artifacts (
    -- Time in milliseconds since 1970, times 1000, plus a number that makes the key unique.
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    -- Values of the row in the order of its fields, as JSON.
    row TEXT NOT NULL
  );
  -- What artifacts are counted by: see Facets.ts. Part and place are the order in which they were published.
  CREATE TABLE facets (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key INTEGER NOT NULL UNIQUE,
    thing INTEGER NOT NULL,
    is_evidence INTEGER NOT NULL,
    part INTEGER NOT NULL,
    place INTEGER NOT NULL,
    ${facetNames.map((name) => `f_${name} INTEGER NOT NULL`).join(",\n    ")}
  );
  CREATE INDEX things ON facets (thing);
  -- Names of fields and tags as they are written, by those in lower case that the words have.
  CREATE TABLE names (name TEXT PRIMARY KEY, written TEXT NOT NULL) WITHOUT ROWID;
  CREATE VIRTUAL TABLE words USING fts5 (
    text,
    message,
    content = '',
    contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2'
  );
  INSERT INTO words (words, rank) VALUES ('automerge', 8);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`

/** KiB of the database that each thread caches in memory. */
const cacheKibibytes = { write: 4096, read: 8192 } as const
/** Pages of 4 KiB in the write-ahead log before a checkpoint. Many, so that fewer syncs compete with the sink's. */
const logPages = 4000

/** Milliseconds to wait while the other thread has the database locked. */
const lockedMax = 2000

const codes = { corrupt: 11, noDatabase: 26 } as const

/** Tells whether an error of SQLite says that the file is damaged, or no database. */
export const isDamage = (error: unknown): boolean => {
  const code = typeof error === "object" && error !== null && "errcode" in error ? Number(error.errcode) & 0xff : 0
  return code === codes.corrupt || code === codes.noDatabase
}

const load = () => process.getBuiltinModule("node:sqlite").DatabaseSync

const pragma = (database: DatabaseSync, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]

/** Ends of the names of a database's files. */
const ends = ["", "-wal", "-shm", "-journal"] as const

const remove = (file: string): void => {
  for (const end of ends) rmSync(file + end, { force: true })
}

/** SQLite follows links. Nobody else can put one here meanwhile, because the directory is this user's alone. */
const refuseLinks = (file: string): void => {
  for (const end of ends) {
    if (lstatSync(file + end, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new Error(`${file}${end} is a link, which is not followed: remove it`)
    }
  }
}

/** Tells what the file is: a database of this version, of an old one, an empty one, or somebody else's. */
const inspect = (database: DatabaseSync): "ours" | "old" | "new" | "foreign" => {
  if (Number(pragma(database, "application_id")) === applicationId) {
    return Number(pragma(database, "user_version")) === schemaVersion ? "ours" : "old"
  }
  const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number }
  return count === 0 ? "new" : "foreign"
}

const opened = (file: string): DatabaseSync | "old" | "foreign" => {
  const database = new (load())(file, { timeout: lockedMax })
  try {
    const found = inspect(database)
    if (found === "old" || found === "foreign") {
      database.close()
      return found
    }
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${logPages};
       PRAGMA journal_size_limit = 0; PRAGMA cache_size = -${cacheKibibytes.write}`)
    if (found === "new") database.exec(`BEGIN; ${schema} COMMIT`)
    return database
  } catch (error) {
    database.close()
    if (isDamage(error)) return "foreign"
    throw error
  }
}

/**
 * Opens the database to write. Makes the directory, and makes or rebuilds the database, when that is needed.
 *
 * **Details**
 *
 * Only the last file that was set aside (`….set-aside`) is kept. `isDamaged` rebuilds the database in any case.
 */
export const openToWrite = (directory: string, isDamaged: boolean): DatabaseSync => {
  makeDirectory(directory)
  const file = join(directory, databaseName)
  if (isDamaged) remove(file)
  for (let attempt = 0;; attempt++) {
    refuseLinks(file)
    closeSync(openOwned(file))
    const found = opened(file)
    if (typeof found === "object") return found
    if (attempt > 0) throw new Error(`${file} was rebuilt and still cannot be used`)
    if (found === "foreign") renameSync(file, `${file}.set-aside`)
    remove(file)
  }
}

/** Opens the database to read; throws when the file is missing. */
export const openToRead = (directory: string): DatabaseSync => {
  const file = join(directory, databaseName)
  refuseLinks(file)
  const database = new (load())(file, { readOnly: true, timeout: lockedMax })
  database.exec(`PRAGMA cache_size = -${cacheKibibytes.read}`)
  return database
}
