/**
 * Bounds on what the process holds, and the sizes of its batches. The number of tenants is not bounded, and nothing in
 * memory grows with the amount of data of one tenant. Each bound is named in a test; `test/Bounds.test.ts` checks that.
 * Long because it is the one list of them.
 */
import { Duration } from "effect"

/**
 * Pages in memory at once over all endpoints and tenants: the default of `limits.page_permits`. The queue to the sink
 * holds as many.
 */
export const pagePermits = 8

/**
 * Bytes of a body that are kept before it counts as a page in memory: 64 KiB. A request that waits for its answer, or gets
 * it byte by byte, holds none of the {@link pagePermits}.
 */
export const roomFromBytes = 65_536

/** Requests to Microsoft at once that wait for their answer, over all tenants: half of the usual limit of open files. */
export const requestsMax = 512

/** Pages of one endpoint in memory at once: one is published, one fetched. A backlog leaves permits to the others. */
export const pagesAhead = 2

/**
 * Largest body of a page in bytes, 16 MiB: the default of `limits.page_bytes_max`. A larger body is abandoned while it
 * is read. A page of 1000 alerts has 6 MB.
 */
export const pageBytesMax = 16_777_216

/**
 * Bytes of a body from which on a page's records are cut out and parsed one by one: 1 MiB. Cutting the small pages of
 * quiet tenants too would make V8 optimise the cutting code; when it was one loop, the compiler alone took 8 MB.
 */
export const largePageBytes = 1_048_576

/**
 * Values in a page below {@link largePageBytes} up to which it is parsed at once: a megabyte of Graph's has 35,000. A page
 * with more of them, or nested too deep, is cut as a large one is.
 */
export const lightPageValues = 50_000

/**
 * Bytes of a page that are read, or characters of a text that are hashed or encoded, before others get their turn: 512 KiB.
 * The densest JSON (`{},{},`) takes some ten milliseconds for as many.
 */
export const stepBytes = 524_288

/**
 * Records, and artifacts, that one page may become. A page with more is abandoned like one that is too large, and requested
 * in halves: Graph sends at most 1000 records, and 16 MiB of its alerts have less than 30,000 evidence objects.
 */
export const pageHolds = { records: 10_000, artifacts: 100_000 } as const

/** Evidence objects of one alert that become artifacts of their own. All others are published together, in one more. */
export const evidenceMappedMax = 1000

/**
 * Bytes (4 MiB) and values of one alert's evidence that are parsed: a thousand objects of Graph's have half as much. What
 * lies behind is published with what is over {@link evidenceMappedMax}.
 */
export const evidenceParsed = { bytes: 4_194_304, values: 60_000 } as const

/**
 * Bytes (256 KiB) and values up to which a record is parsed as a whole. Of a larger one each property is read up to
 * {@link propertyParsedBytes}. Graph's alerts have 6 KB on average.
 */
export const wholeRecord = { bytes: 262_144, values: 10_000 } as const

/** Properties of a large record that are read, and bytes of each: 16 KiB. Its message has all of them. */
export const propertiesParsedMax = 1000
/** See {@link propertiesParsedMax}. */
export const propertyParsedBytes = 16_384

/** Bytes of one evidence object of a large record that are parsed: 64 KiB. */
export const elementParsedBytes = 65_536

/** Levels of objects and lists in a record. Graph's deepest, a container in its cluster, has 12. */
export const recordDepthMax = 76

/** Characters of a record's id; Graph's longest have about 200. A longer text is no id. */
export const recordIdMax = 1024

/** Bytes of a keyword field, since Lucene refuses a document for one term over 32,766 bytes; and of those longer by nature. */
export const keywordBytesMax = 1024
export const longFieldBytes: Readonly<Record<string, number>> = Object.fromEntries([
  ...["uri", "filePath"].map((field) => [field, 8191]),
  ...["ruleName", "emailSubject", "cveDescription"].map((field) => [field, 4096])
])

/** Bytes of a tag by its name; the longest command line that cmd.exe takes has 8,191. `count` is for the tag `tagsCut`. */
export const tagBytes = {
  others: 512,
  count: 32,
  of: new Map([
    ["command", 8191],
    ..."description recommendedActions summary resolvingComment comment query registryValue instructions"
      .split(" ").map((name) => [name, 2048] as const)
  ]) as ReadonlyMap<string, number>
} as const

/** Tags of an artifact, of one name, of a name that is a list by nature, and of other evidence; values of a list looked at. */
export const tagsMax = {
  all: 128,
  bytes: 32_768,
  ofName: 16,
  ofListed: 32,
  ofOthers: 10,
  ofNames: new Set("ip url domain recipient networkMessageId user host file hash".split(" ")) as ReadonlySet<string>,
  list: 1000
} as const

/** Names that a customer chose for details of an alert: as many become tags, with as many values of each. */
export const customMax = { keys: 32, values: 8, keyChars: 64 } as const

/** Bytes of an id in `senderHost`; of a longer one its beginning and a digest stand there. */
export const senderIdBytes = { max: 256, kept: 200, digits: 16 } as const

/** Techniques in one artifact. The further ones become tags. MITRE ATT&CK has some 700 in all. */
export const techniquesMax = 100

/** Characters of a title that are compared: the time of `.*` grows faster than the title. */
export const comparedTitleMax = 1000

/** Characters of an alert's threat names, and of the texts searched for vulnerabilities, that are compared: 64 KiB. */
export const comparedTextMax = 65_536

/** Findings of drift that one record reports. */
export const recordDriftMax = 1000

/** Characters of a message up to which it is parsed to shorten it for the broker: 2 MiB. A longer one is cut as a text. */
export const shortenedMessageMax = 2_097_152

/** Bytes of the buffer for a large page: 8 MiB, or the next power of two. Untouched parts take no memory. */
export const pageRoomBytes = 8_388_608

/**
 * Buffers of {@link pageRoomBytes} kept for the next pages: as many as one endpoint uses. They are freed when a
 * response of any size arrives more than `millis` after the last large page.
 */
export const spareRooms = { rooms: pagesAhead, millis: 60_000 } as const

/** Bytes read of an error or token response: 256 KiB. The information is in the first few hundred bytes. */
export const smallBodyBytesMax = 262_144

/** Bytes of a file with a secret, certificate, key or token: 64 KiB. A chain of certificates has a few KiB. */
export const credentialBytesMax = 65_536

/**
 * Bytes that are inflated at a time: 256 KiB. The inflating thread hands each piece over through the event loop; with
 * Node's default of 16 KiB that was the slowest part of a page while another page was mapped.
 */
export const inflatedBytes = 262_144

/** Bytes of a compressed body below which it is decompressed at once: 16 KiB. An answer without records has a few hundred. */
export const gzipAtOnceBytes = 16_384

/**
 * Bytes of a batch that are encoded, and written to a file, together: 1 MiB. Measured: larger pieces cost more because
 * of the memory they touch, smaller ones because of the calls.
 */
export const chunkBytes = 1_048_576

/**
 * Unacknowledged messages to the broker at once. Measured: throughput grows up to 64 and hardly beyond; 256 cover a
 * longer round trip.
 */
export const windowMessages = 256

/** Bytes of unacknowledged messages: 16 MiB. 256 artifacts of the broker's largest size (1 MiB) would be 256 MiB. */
export const windowBytes = 16_777_216

/**
 * Records of a page that are mapped and written together. The event loop serves others between two slices, and the
 * artifacts of one slice, not of a page, are in memory. With 16, draining a backlog took 6 % longer, because the garbage
 * collector copies what lives while a slice is written.
 */
export const sliceRecords = 4

/** Artifacts of one record, and characters of their messages, that are written together: a record may have a thousand. */
export const sliceArtifacts = 100
/** See {@link sliceArtifacts}. */
export const sliceChars = 262_144

/** Bytes of one text in an event of OCSF but `raw_data`: Lucene refuses a document for a longer term. */
export const ocsfTextBytes = 32_766

/** Observables of one event: an alert of a thousand evidence objects has several of each. */
export const observablesMax = 2000

/** Findings of drift that one page reports. */
export const pageDriftMax = 20_000

/** Keys in the ledger of one endpoint of one tenant: 8 MB, or 16 MB. A page's new keys displace the oldest. */
export const ledgerKeysMax = 1_000_000

/**
 * Keys in one stored piece of a ledger, 64 KiB: a page of a few rows rewrites little, and a piece stays far below a
 * broker's message limit of 1 MiB.
 */
export const pieceKeysMax = 8192

/**
 * Objects of one list that are remembered, in 32 bytes each. Of more, those that came last are known to the ledger only. As
 * many of what was seen in a log: what has no room is taken for new each time.
 */
export const objectsMax = 500_000

/** Objects in one stored piece of an inventory: 128 KiB, below a broker's message limit as a piece of a ledger is. */
export const pieceObjectsMax = 4096

/**
 * Objects of a list that may vanish at once, and the share of all: more are taken for a list that was cut short, and none of
 * them is published as removed.
 */
export const vanishedMax = { objects: 10, share: 0.2 } as const

/**
 * How long the sequences at which a stream acknowledged pages are remembered: a day. NATS syncs a stream's file every two
 * minutes by default, and `sync_interval` is seldom set to more than an hour.
 */
export const deliveryWindow = Duration.hours(24)

/** Entries of one endpoint's watermark, some 6 KB of its checkpoint. Older pages are joined. */
export const deliveriesMax = 48

/** Messages of a stream that are looked through after a loss for what it still has, of all endpoints together. */
export const heldIdsMax = 50_000

/**
 * Record ids of one endpoint that are remembered with their cursors, to compare their number with Graph's count. With
 * more ids the comparison is skipped, and late rows are only found by re-reading.
 */
export const sweepIdsMax = 100_000

/** Rows behind the links of one pass that are remembered, to notice links that show nothing new: 1 MB of hashes. */
export const shownRowsMax = 30_000

/** Days for which files of the sink are kept, unless the settings say otherwise. */
export const keepDays = 30

/** Bytes of the sink's files that are kept, unless the settings say otherwise: 10 GiB, some 2 million artifacts. */
export const keepBytes = 10_737_418_240

/** Gaps that one endpoint keeps, so that its checkpoint stays well below what a broker accepts as one value. */
export const gapsMax = 500

/** Names unknown to the mapping that are remembered, over all tenants. */
export const driftNamesMax = 1000

/** Requests to Microsoft that are remembered for diagnosis. */
export const recordedRequestsMax = 200

/**
 * Instances that a process starts at once. The others follow within half of their polling interval, so that a thousand
 * tenants do not all request a token in the same second.
 */
export const startsAtOnce = 20

/** Minutes that the page's plots reach back: a week. Each minute takes five numbers of 4 bytes. */
export const minutesKept = 10_080

/** Instances of which the plots show records and requests alone, the first of the settings; each takes 3 KB. */
export const tenantsPlottedMax = 1000

/** Cooldowns and outages that the plots remember; the oldest are dropped. */
export const marksMax = 500

/** Sessions of the page at once; a further one ends the oldest. */
export const sessionsMax = 100

/** Bytes of a request body that the connector reads: 64 KiB. A form has one KiB. */
export const requestBytesMax = 65_536

/** Links that sign in to the page and that nobody has used; a further one replaces the oldest. */
export const linksMax = 16

/** Callers without a session whose requests are counted; a further one replaces the one counted longest. */
export const callersMax = 1024

/**
 * Connections to the connector's HTTP server at once. A further one closes the connection that has waited for its client
 * longest. A process may often open 1,024 files, and the sink, the search and Microsoft need theirs.
 */
export const connectionsMax = 256

/** Listeners of live events at once; a further one gets HTTP 429 and polls instead. */
export const listenersMax = 32

/** Listeners of live events of one session: a browser has at most six connections to one host over HTTP/1.1. */
export const listenersOfSessionMax = 6

/** Listeners of live events from one address, over all its sessions. */
export const listenersOfAddressMax = 16

/** Bytes of the file that holds the page's token; a larger one is refused unread. */
export const tokenFileBytesMax = 1024

/** Bytes of the audit trail's file, 4 MiB: some 20,000 entries. Then it becomes the older one, which is replaced. */
export const auditBytesMax = 4_194_304

/** Entries of the audit trail in memory, over all instances, for the page's history; the newest. */
export const auditEntriesMax = 1000

/** Refused tokens in a minute that the audit trail has one by one; of the others it has the number. */
export const auditRefusalsMax = 10

/** Those of one address, so that a noisy one leaves room for the others. */
export const auditRefusalsOfAddressMax = 3

/** Days that the search reaches back: the default of `search.days`. */
export const searchDaysMax = 30

/** Artifacts that the search can find: the default of `search.rows`. The oldest are removed. */
export const searchRowsMax = 1_000_000

/**
 * Copies of published artifacts that are kept for the search when the sink writes no files: the number of files and the
 * bytes of each, 512 MiB in all. The oldest are removed.
 */
export const journal = { files: 8, bytes: 67_108_864 } as const

/** Characters in a search query. */
export const queryLengthMax = 1000

/** Terms in a search query. */
export const queryTermsMax = 100

/** Brackets within each other in a search query; SQLite's own parser goes no deeper than some thirty. */
export const queryDepthMax = 20

/** Different values that one term of a search query may stand for, as `user:*smith*` does. */
export const queryValuesMax = 5000

/** Artifacts that are counted for the overview of a search, the newest; with more, the page says so. */
export const talliedMax = 500_000

/** Values that the overview shows of a facet, the most frequent. */
export const facetValuesMax = 10

/** Steps of the overview's histogram. */
export const histogramStepsMax = 60

/** The last searches that the connector keeps for the page, and the saved ones. */
export const recentSearchesMax = 20
/** See {@link recentSearchesMax}. */
export const savedSearchesMax = 100

/** Searches that wait for the search thread; a further one fails and asks the user to search again. */
export const searchesMax = 32

/** Bytes of an artifact's line that the search reads: 4 MiB. A longer artifact cannot be found. */
export const indexedLineBytesMax = 4_194_304

/** Characters of an artifact's fields and tags that the search compares as words of a text. */
export const indexedTextMax = 16_384

/** Characters of an artifact's message that the search compares; Graph's alerts have 6 KB on average. */
export const indexedMessageMax = 65_536

/** Characters of one value in a table of search results; the artifact itself has the complete value. */
export const rowTextMax = 1000

/** Users of one alert that the search remembers; each of them also finds the alert's evidence. */
export const alertUsersMax = 200
