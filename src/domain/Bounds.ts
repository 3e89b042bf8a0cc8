/**
 * What the process holds at most, and in what portions it works. The number of tenants is not bounded, and nothing that
 * is held grows with how much there is in one; each bound has a test that holds it (`test/Bounds.test.ts` names them).
 */

/**
 * Pages in memory at once over all endpoints and tenants, unless `limits.page_permits` says otherwise. The queue to the
 * sink holds as many.
 */
export const pagePermits = 8

/**
 * Pages of one endpoint in memory at once: one is published, one fetched. A tenant with much to read leaves the other
 * permits to the others.
 */
export const pagesAhead = 2

/**
 * Bytes of a page's body above which it is given up while being read, unless `limits.page_bytes_max` says otherwise:
 * 16 MiB. A page of 1000 alerts has 6 MB.
 */
export const pageBytesMax = 16_777_216

/**
 * Bytes from which on a page's records are cut out of it and parsed one by one: 1 MiB. For a quiet tenant's pages V8 would
 * optimise what cuts them; when that was one loop, the compiler alone took 8 MB.
 */
export const largePageBytes = 1_048_576

/**
 * Bytes of the room for a large page: 8 MiB, or the power of two that one fits into. What no page has touched takes none.
 */
export const pageRoomBytes = 8_388_608

/**
 * Rooms of that size that are kept for the next pages: as many as one endpoint uses, until an answer of whatever size
 * comes so many milliseconds after the last large page.
 */
export const spareRooms = { rooms: pagesAhead, millis: 60_000 } as const

/** Bytes of an error's or a token's body that are read at most: 256 KiB. What they say is in the first few hundred. */
export const smallBodyBytesMax = 262_144

/**
 * Bytes that are inflated at a time: 256 KiB. The thread that inflates hands over each such piece by way of the event
 * loop, and Node's 16 KiB made that the slowest part of a page while another page was mapped.
 */
export const inflatedBytes = 262_144

/**
 * Bytes of a batch that are encoded, and written to a file, together: 1 MiB. Larger pieces were measured to cost more,
 * for the memory they touch; smaller ones for the calls.
 */
export const chunkBytes = 1_048_576

/**
 * Messages to the broker that are not acknowledged yet. Measured: throughput grows up to 64 and hardly beyond; 256 cover
 * a longer round trip.
 */
export const windowMessages = 256

/** Bytes of the same: 16 MiB. A window of artifacts of the broker's largest size (1 MiB each) would be 256 MiB. */
export const windowBytes = 16_777_216

/**
 * Artifacts of a batch that are mapped together for the broker: eight windows, so that the pause at the end of each is
 * hardly felt, and some ten megabytes.
 */
export const sliceArtifacts = windowMessages * 8

/** Keys in the ledger of one endpoint of one tenant; the oldest go after a page's keys came. 8 MB, or 16. */
export const ledgerKeysMax = 1_000_000

/**
 * Keys in one stored piece of a ledger, 64 KiB: little to rewrite for a page of a few rows, and far below a broker's
 * message of 1 MiB.
 */
export const pieceKeysMax = 8192

/**
 * Record ids of one endpoint that are remembered with their cursors, to compare with Graph's count; beyond it the rows
 * are only read again.
 */
export const sweepIdsMax = 100_000

/** Gaps that one endpoint keeps: what a checkpoint holds at the most, well under what a broker takes as one value. */
export const gapsMax = 500

/** Names that the mapping does not know and that are remembered, over all tenants. */
export const driftNamesMax = 1000

/** Requests to Microsoft that are remembered for the diagnosis. */
export const recordedRequestsMax = 200

/**
 * Instances that a process begins with at once; the others follow over the half of their polling interval, so that a
 * thousand tenants do not all ask for a token in the same second.
 */
export const startsAtOnce = 20

/** Minutes that the plots of the page reach back: a week. Five numbers of 4 bytes a minute. */
export const minutesKept = 10_080

/** Cooldowns and outages that the plots remember; the oldest go. */
export const marksMax = 500

/** Sessions of the page at once; the oldest ends for a new one. */
export const sessionsMax = 100

/** Bytes of a request's body that the connector reads: 64 KiB. A form has one. */
export const requestBytesMax = 65_536

/** Listeners of live events at once; the next one is told to ask instead. */
export const listenersMax = 32

/** Artifacts in one export of a search. */
export const exportRowsMax = 100_000

/** Days that the search reaches back, unless `search.days` says otherwise. */
export const searchDaysMax = 30

/** Artifacts that the search can find, unless `search.rows` says otherwise; the oldest go. */
export const searchRowsMax = 1_000_000

/**
 * Copies of what was published that are kept for the search where the sink writes no files: so many files of so many
 * bytes each, 512 MiB in all. The oldest go.
 */
export const journal = { files: 8, bytes: 67_108_864 } as const

/** Characters of a search's query. */
export const queryLengthMax = 1000

/** Terms of a search's query. */
export const queryTermsMax = 20

/** Searches that wait for the thread that answers them; the next one is told to come later. */
export const searchesMax = 32

/** Bytes of an artifact's line that the search reads: 4 MiB. A longer one cannot be found. */
export const indexedLineBytesMax = 4_194_304

/** Characters of an artifact's texts that the search compares. */
export const indexedTextMax = 16_384

/** Characters of one value in a table of what was found; the artifact itself has it whole. */
export const rowTextMax = 1000

/** Users of one alert by whom its evidence is found. */
export const alertUsersMax = 200
