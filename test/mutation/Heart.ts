/** The files whose tests are tested, and the tests of each. */

/** Sources where a mistake loses records or publishes them twice. */
export const heart: ReadonlyArray<string> = [
  ...[
    "Walk",
    "Poller",
    "OnPage",
    "OnFailure",
    "Ending",
    "Asides",
    "Narrowing",
    "Progress",
    "Poll",
    "PollerState",
    "Pages",
    "Requests",
    "PageEnd",
    "Recent"
  ].map((name) => `polling/${name}`),
  ...["Publishing", "Consumer", "Page", "Slices", "Writing", "Records"].map((name) => `publishing/${name}`),
  ...["Checkpoint", "Checkpoints", "Ledger", "KeySet", "FileStateStore"].map((name) => `checkpoints/${name}`),
  ...["FileSeries", "FileSink", "StdoutSink", "Ndjson"].map((name) => `sinks/${name}`),
  "config/DurableFile",
  ...["Publisher", "NatsStateStore"].map((name) => `nats/${name}`)
]

/** Sources whose tests wait for real time limits of a broker: `--file nats/` takes them, and they are no part of the heart. */
export const broker: ReadonlyArray<string> = ["NatsLeases", "Membership"].map((name) => `nats/${name}`)

const consumer = ["publishing/Consumer"]

/**
 * Tests of a source beside the one of its own name; they run only while a mutant survives that.
 */
const more: Readonly<Record<string, ReadonlyArray<string>>> = {
  "publishing/Page": consumer,
  "publishing/Publishing": consumer,
  "checkpoints/FileStateStore": ["checkpoints/StateStore", "sinks/BadDisk"],
  "sinks/FileSeries": ["sinks/FileSink", "sinks/ArtifactSink", "sinks/BadDisk"],
  "sinks/FileSink": ["sinks/ArtifactSink", "sinks/BadDisk"],
  "sinks/StdoutSink": ["sinks/ArtifactSink"],
  "nats/Membership": ["nats/NatsLeases"],
  "config/DurableFile": ["checkpoints/StateStore", "sinks/BadDisk", "config/SettingsStore"]
}

/** Names of the tests of a source in the order in which they run: first its own, then all others together. */
export const testsOf = (
  source: string
): readonly [own: ReadonlyArray<string>, others: ReadonlyArray<string>] => [
  [source],
  (more[source] ?? []).filter((test) => test !== source)
]
