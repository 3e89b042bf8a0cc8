/** The endpoints that find artifacts. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  BadQuery,
  Detail,
  Found,
  FoundThings,
  Grouping,
  IndexState,
  KeptChange,
  KeptSearches,
  SearchUnavailable,
  Sorting,
  Suggestions
} from "../search/Search.ts"
import { Starting } from "./Backend.ts"
import { Guard } from "./Guard.ts"

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

const time = described(Schema.String, "ISO 8601; from is inclusive, to is exclusive.")

const range = {
  query: described(
    Schema.optionalKey(Schema.String),
    "As in Kibana: words, \"phrases\", field:value with any field of the artifact, any tag's name, or src_ip: dst_ip: ip: hostname: user: severity: stream: instance:, AND OR NOT - !, brackets, * and ?, ranges [a TO b] {a TO b} >= < and networks, _exists_:field."
  ),
  from: time,
  to: time
}

/** The index has no artifact with this `id`. */
export class NoSuchArtifact
  extends Schema.TaggedError<NoSuchArtifact>()("NoSuchArtifact", { id: Schema.String }, { httpApiStatus: 404 })
{}

/** The endpoints that find artifacts, show one with its alert and incident, and export all that a search finds. */
export const SearchApi = HttpApiGroup.make("search").add(
  HttpApiEndpoint.get("find", "/api/search", {
    query: {
      ...range,
      before: Schema.optionalKey(Schema.FiniteFromString),
      limit: Schema.optionalKey(Schema.FiniteFromString),
      sort: described(
        Schema.optionalKey(Schema.Literals(["time", "arrival"])),
        "By arrival, the artifacts that were indexed last come first, and there is no further page."
      )
    },
    success: Found,
    error: [BadQuery, SearchUnavailable, Starting]
  }).annotate(OpenApi.Description, "Artifacts, newest first or by arrival."),
  HttpApiEndpoint.get("things", "/api/search/alerts", {
    query: {
      ...range,
      sort: Schema.optionalKey(Sorting),
      group: Schema.optionalKey(Grouping),
      offset: Schema.optionalKey(Schema.FiniteFromString),
      limit: Schema.optionalKey(Schema.FiniteFromString)
    },
    success: FoundThings,
    error: [BadQuery, SearchUnavailable, Starting]
  }).annotate(
    OpenApi.Description,
    "Alerts and incidents in their latest state that have matches, with their evidence; a histogram and facets of all matches."
  ),
  HttpApiEndpoint.get("export", "/api/search/export", {
    query: {
      ...range,
      format: Schema.Literals(["ndjson", "csv"]),
      bom: described(Schema.optionalKey(Schema.Literal("1")), "Begins CSV with a byte order mark, as Excel needs it.")
    },
    success: HttpApiSchema.StreamUint8Array({ contentType: "application/octet-stream" }),
    error: [BadQuery, SearchUnavailable, Starting]
  }).annotate(
    OpenApi.Description,
    "All matches, newest first: artifacts as NDJSON, without those whose file is gone, or rows as CSV. The header x-artifacts-total says how many there are."
  ),
  HttpApiEndpoint.get("suggest", "/api/search/suggest", {
    query: {
      field: described(Schema.optionalKey(Schema.String), "The field whose values are asked for; without it, fields."),
      beginning: Schema.String
    },
    success: Suggestions,
    error: [SearchUnavailable, Starting]
  }).annotate(OpenApi.Description, "Names of fields that contain a text, or a field's frequent values that begin so."),
  HttpApiEndpoint.get("kept", "/api/search/kept", { success: KeptSearches, error: [SearchUnavailable, Starting] })
    .annotate(OpenApi.Description, "The last 20 searches and the saved ones."),
  HttpApiEndpoint.post("keep", "/api/search/kept", {
    payload: KeptChange,
    success: KeptSearches,
    error: [SearchUnavailable, Starting]
  }).annotate(OpenApi.Description, "Adds a search, saves one under a name, or forgets a name."),
  HttpApiEndpoint.get("state", "/api/search/state", { success: IndexState, error: Starting }).annotate(
    OpenApi.Description,
    "How far the index is behind the sink."
  ),
  HttpApiEndpoint.get("detail", "/api/search/artifacts/:id", {
    params: { id: Schema.String },
    success: Detail,
    error: [NoSuchArtifact, SearchUnavailable, Starting]
  }).annotate(OpenApi.Description, "One artifact as it was published, its alert's other artifacts, and its incident.")
).middleware(Guard)
