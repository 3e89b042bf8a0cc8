/**
 * The settings file. This one Schema gives decoding, defaults, descriptions, `config/azure-security.schema.json` and
 * the README's table. `SettingsSource` reads the settings and follows their changes.
 */
import { Schema } from "effect"
import { keepBytes, keepDays, pageBytesMax, pagePermits, searchDaysMax, searchRowsMax } from "../domain/Bounds.ts"
import { endpoints as known, names } from "../endpoints/Endpoints.ts"
import { InstanceSettings, withDefault } from "./InstanceSettings.ts"
import { PageSettings } from "./PageSettings.ts"

const directory = Schema.String.check(Schema.isNonEmpty())

/** The directory that Conductor mounts for this connector's data. */
export const dataDirectoryDefault = "/data/azure-security"

const format = withDefault(
  Schema.Literals(["witfoo", "ocsf"]).annotate({
    description:
      "What is written: `witfoo`, WitFoo's artifacts, or `ocsf`, events of the Open Cybersecurity Schema Framework."
  }),
  "witfoo"
)

/** Schema for the sink: files, standard output, or Conductor's broker. */
export const SinkSettings = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("file"),
    directory: withDefault(directory.annotate({ description: "Directory of the artifact files." }), "data/artifacts"),
    format,
    keep_days: withDefault(
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3650 })).annotate({
        description: "Days for which a file is kept after it was last written."
      }),
      keepDays
    ),
    keep_bytes: withDefault(
      Schema.Int.check(Schema.isBetween({ minimum: 1_048_576, maximum: Number.MAX_SAFE_INTEGER })).annotate({
        description: "Bytes of all files that are kept; beyond them the oldest whole file goes."
      }),
      keepBytes
    ),
    compress: withDefault(
      Schema.Literals(["off", "gzip"]).annotate({
        description: "Whether files that are written no more are compressed, within an hour or two."
      }),
      "off"
    )
  }),
  Schema.Struct({ type: Schema.Literal("stdout"), format }),
  Schema.Struct({
    type: Schema.Literal("nats"),
    format: Schema.optionalKey(
      Schema.Literal("witfoo").annotate({
        description: "The broker gets artifacts of WitFoo only.",
        message:
          "Expected \"witfoo\", because the broker's readers take WitFoo's artifacts only; for \"ocsf\" set sink.type to \"file\" or \"stdout\""
      })
    ),
    stage: withDefault(
      Schema.Literals(["raw", "parsed"]).annotate({
        description:
          "Stage of Conductor's pipeline that artifacts enter: `raw` is before its parser, `parsed` behind it."
      }),
      "raw"
    ),
    payload: withDefault(
      Schema.Literals(["artifact", "graph"]).annotate({
        description:
          "What is published: `artifact`, or `graph`, one message a record with exactly the JSON that Graph sent, for WitFoo's parsers of it."
      }),
      "artifact"
    ),
    dead_letters: withDefault(
      Schema.Literals(["file", "subject", "off"]).annotate({
        description:
          "Where dead letters go (records without an id or a valid time): `file`, `subject` (Conductor's for unknown artifacts), or `off`."
      }),
      "file"
    ),
    directory: withDefault(
      directory.annotate({ description: "Directory of the dead-letter files." }),
      dataDirectoryDefault
    )
  })
]).annotate({
  message:
    `Expected an object whose type is "file", "stdout" or "nats", as in { "type": "file", "directory": "data/artifacts" }`
})
export type SinkSettings = typeof SinkSettings.Type

/** Schema for the limits of one process. */
export const Limits = Schema.Struct({
  page_permits: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 })).annotate({
      description: "Pages held in memory at once, over all endpoints and tenants."
    }),
    pagePermits
  ),
  page_bytes_max: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 65_536, maximum: 268_435_456 })).annotate({
      description:
        "Largest body of one page in bytes; a larger page is abandoned while it is read, and requested in halves."
    }),
    pageBytesMax
  )
})
export type Limits = typeof Limits.Type

const instanceName = /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?$/

/** Returns the form of an instance's name in keys and subjects: `[a-z0-9-]`. */
export const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")

/** Message for a name that no instance may have. */
const expectedName =
  "Expected a name of 1 to 64 letters, digits, blanks, dots, dashes and underscores; display_name may be any text"

/**
 * Returns why an instance cannot have a name: its form, or one of `others` with the same slug, so that both would share
 * keys and subjects. Undefined when it can.
 */
export const nameFault = (name: string, others: Iterable<string>): string | undefined => {
  if (!instanceName.test(name)) return expectedName
  for (const other of others) {
    if (other !== name && slug(other) === slug(name)) {
      return `Expected a name that differs from "${other}" in more than case and punctuation: both become ${slug(name)}`
    }
  }
  return undefined
}

/** Why an instance cannot have its name. */
export interface NameFault {
  readonly message: string
  /** The instance with the same slug that may have it; undefined when there is none. */
  readonly holder: string | undefined
}

/**
 * Returns the fault of each name that an instance cannot have. Of several good names with one slug, the first of `names`
 * has none, so that a name which is added later never takes the slug away.
 */
export const nameFaults = (names: ReadonlyArray<string>): ReadonlyMap<string, NameFault> => {
  const holders = new Map<string, string>()
  for (const name of names) {
    if (nameFault(name, []) === undefined && !holders.has(slug(name))) holders.set(slug(name), name)
  }
  return new Map(names.flatMap((name) => {
    const holder = holders.get(slug(name))
    const message = holder === name ? undefined : nameFault(name, holder === undefined ? [] : [holder])
    return message === undefined ? [] : [[name, { message, holder }]]
  }))
}

// Names of digits only, which an object of JavaScript has first, share no slug with another name.
const goodNames = (instances: Readonly<Record<string, unknown>>) =>
  Array.from(nameFaults(Object.keys(instances)), ([name, { message }]) => ({ path: [name], issue: message }))

const sink = SinkSettings.annotate({ description: "Where artifacts go." })

/** Schema for the search over published artifacts. */
export const SearchSettings = Schema.Struct({
  enabled: Schema.optionalKey(Schema.Boolean.annotate({
    description:
      "Whether published artifacts can be searched on the page; by default only with the file sink and outside Conductor."
  })),
  directory: Schema.optionalKey(directory.annotate({
    description:
      "Directory of the index; by default `search` in the sink's directory, or data/search when the sink has none."
  })),
  days: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 365 })).annotate({
      description: "Days that the index reaches back."
    }),
    searchDaysMax
  ),
  rows: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 1000, maximum: 5_000_000 })).annotate({
      description: "Artifacts in the index; the oldest are removed."
    }),
    searchRowsMax
  )
})
export type SearchSettings = typeof SearchSettings.Type

const process = {
  checkpoint: withDefault(
    Schema.Struct({
      directory: withDefault(
        directory.annotate({ description: "Directory of the resume positions." }),
        "data/checkpoints"
      )
    }).annotate({ description: "Where resume positions are kept." }),
    {}
  ),
  search: withDefault(SearchSettings.annotate({ description: "The search of the page." }), {}),
  page: withDefault(PageSettings.annotate({ description: "Who may open the page, and through which proxies." }), {}),
  limits: withDefault(Limits.annotate({ description: "Bounds of one process." }), {}),
  log: withDefault(
    Schema.Struct({
      level: withDefault(
        Schema.Literals(["Debug", "Info", "Warn", "Error"]).annotate({
          description: "Least severe level that is logged."
        }),
        "Info"
      ),
      format: withDefault(
        Schema.Literals(["text", "json"]).annotate({ description: "One line of text, or one JSON object a line." }),
        "text"
      )
    }).annotate({ description: "What the log says, and how." }),
    {}
  )
}

/** Endpoints whose records are no events. */
const withoutEvents = names.filter((name) => known[name].ocsf === undefined)

/** Returns a fault for each endpoint that is on and whose records have no form in the sink's format. */
const formless = ({ instances, sink }: {
  readonly instances: Readonly<Record<string, InstanceSettings>>
  readonly sink: SinkSettings
}) =>
  sink.format !== "ocsf" ?
    [] :
    Object.entries(instances).flatMap(([name, { endpoints }]) =>
      withoutEvents.filter((endpoint) => endpoints[endpoint].enabled).map((endpoint) => ({
        path: ["instances", name, "endpoints", endpoint, "enabled"],
        issue: `Expected false, because sink.format is ocsf, which has no event for ${endpoint}`
      }))
    )

/** Schema for the settings file. */
export const Settings = Schema.Struct({
  $schema: Schema.optionalKey(Schema.String.annotate({ description: "Path of this schema, for editors." })),
  // The description must come before the check: after a custom check it would be missing in the JSON Schema.
  instances: Schema.Record(Schema.String, InstanceSettings).annotate({
    description: "The tenants to poll, each under a unique name."
  }).check(Schema.makeFilter(goodNames)),
  sink: withDefault(sink, { type: "file" }),
  ...process
}).check(Schema.makeFilter(formless))
export type Settings = typeof Settings.Type

/** Schema for the settings of a process in Conductor, where each instance has a document of its own. */
export const ProcessSettings = Schema.Struct({ sink: withDefault(sink, { type: "nats" }), ...process })
export type ProcessSettings = typeof ProcessSettings.Type
