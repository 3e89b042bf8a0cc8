/** Runs an index without its threads: the files of a sink, what follows them, and what answers. */
import { Effect, FileSystem } from "effect"
import { Artifact } from "../../src/artifacts/Artifact.ts"
import { databaseName, openToRead, openToWrite } from "../../src/search/Database.ts"
import { Following } from "../../src/search/Following.ts"
import { Indexing } from "../../src/search/Indexing.ts"
import { type Lookup, Reading } from "../../src/search/Reading.ts"
import type { Tally } from "../../src/search/Tallying.ts"

export const tenant = "11111111-1111-4111-8111-111111111111"
export const day = "2026-11-25"
/** Noon of {@link day}. */
export const noon = 1_795_608_000_000

/** An artifact of an alert, at noon. */
export const artifact = (id: string, fields: Partial<Artifact> = {}): Artifact => ({
  id,
  hash: "",
  action: "new",
  streamName: "azure_security_alert",
  messageType: "phishing_email",
  severityCode: 2,
  severityLabel: "high",
  senderHost: "graph",
  program: "azure-security",
  ruleName: "A title",
  tags: [`tenantId:${tenant}`, `alertId:alert-${id}`],
  productIds: [94],
  endTimeUTC: `${day}T12:00:00Z`,
  message: "{}",
  ...fields
})

export const line = (value: unknown): string => `${JSON.stringify(value)}\n`

export const message = (value: unknown): string => JSON.stringify(value)

export const published = (text: string | null): Artifact => JSON.parse(text ?? "null")

export interface Bounds {
  readonly daysMax?: number
  readonly rowsMax?: number
  readonly now?: number
}

/** Directories of a sink and of an index, which end with the test. */
export const directories = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const root = yield* fs.makeTempDirectoryScoped()
  yield* fs.makeDirectory(`${root}/artifacts`)
  return { root, artifacts: `${root}/artifacts`, index: `${root}/search`, database: `${root}/search/${databaseName}` }
})

type Directories = Effect.Success<typeof directories>

/** Opens the index as the threads do, until the end of the test. */
export const open = Effect.fnUntraced(
  function*({ artifacts, index }: Directories, { daysMax = 30, now = noon, rowsMax = 1000 }: Bounds = {}) {
    const database = yield* Effect.acquireRelease(
      Effect.sync(() => openToWrite(index, false)),
      (database) => Effect.sync(() => database.close())
    )
    const indexing = new Indexing(database, { daysMax, rowsMax }, () => now)
    const following = new Following(
      database,
      indexing,
      { directory: artifacts, prefix: "artifacts", daysMax },
      () => now
    )
    const readable = yield* Effect.acquireRelease(
      Effect.sync(() => openToRead(index)),
      (database) => Effect.sync(() => database.close())
    )
    const reading = new Reading(readable, { artifactsDirectory: artifacts, fields: Object.keys(Artifact.fields) })
    /** Indexes everything that is published. */
    const followed = Effect.sync(() => {
      following.look()
      while (following.step()) following.look()
      return following.position
    })
    /** A page of what a query finds, or why it is refused. */
    const asked = (query: string, more: Partial<Lookup> = {}) =>
      reading.find({ query, instances: {}, from: 0, to: Infinity, before: undefined, limit: 1000, now, ...more })
    /** Alerts and incidents that have matches. */
    const things = (query: string, more: Partial<Lookup & Tally> = {}) => {
      const overview = reading.things({
        query,
        instances: {},
        from: 0,
        to: Infinity,
        before: undefined,
        now,
        sort: "time",
        group: "none",
        offset: 0,
        limit: 1000,
        ...more
      })
      if ("refused" in overview) throw new Error(overview.refused.fault)
      return overview
    }
    const found = (query: string, limit = 1000) => {
      const page = asked(query, { limit })
      if ("refused" in page) throw new Error(page.refused.fault)
      return page.rows
    }
    /** The part of a query that is refused, and why. */
    const refused = (query: string) => {
      const page = asked(query)
      return "refused" in page
        ? { fault: page.refused.fault, part: query.slice(page.refused.from, page.refused.to) }
        : undefined
    }
    /** Ids of what a query finds, newest first. */
    const ids = (query: string) => found(query).map(({ id }) => id)
    return { database, indexing, following, reading, followed, asked, found, refused, things, ids }
  }
)
