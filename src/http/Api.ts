/** The connector's HTTP interface as a value. The server, `/openapi.json` and the `status` command are made from it. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, OpenApi } from "effect/http-api"
import { RecordedRequest } from "../graph/Recorder.ts"
import { StatusDocument } from "../status/StatusDocument.ts"
import { version } from "../status/Version.ts"
import { Guard } from "./Guard.ts"
import { IntegrationsApi } from "./IntegrationsApi.ts"
import { LiveApi } from "./LiveApi.ts"
import { SearchApi } from "./SearchApi.ts"
import { LinkApi, SessionApi } from "./SessionApi.ts"

/** The sink or the checkpoints cannot be written at the moment. */
export class NotReady
  extends Schema.TaggedError<NotReady>()("NotReady", { why: Schema.String }, { httpApiStatus: 503 })
{}

const Well = Schema.Struct({ status: Schema.Literal("ok") })

const health = HttpApiGroup.make("health").add(
  HttpApiEndpoint.get("live", "/health/live", { success: Well }).annotate(
    OpenApi.Description,
    "Whether the process runs. For a container's health check: a broker's outage must not restart it."
  ),
  HttpApiEndpoint.get("ready", "/health/ready", { success: Well, error: NotReady }).annotate(
    OpenApi.Description,
    "Whether sink and checkpoint work, and there were settings that can be used. Changed settings that cannot be used do not end it: the last good ones are in use, and `/status` has the report."
  )
)

const status = HttpApiGroup.make("status").add(
  HttpApiEndpoint.get("document", "/status", { success: StatusDocument }).annotate(
    OpenApi.Description,
    "The state of every instance and endpoint, with what to do about each fault."
  )
).middleware(Guard)

const debug = HttpApiGroup.make("debug").add(
  HttpApiEndpoint.get("requests", "/debug/requests", { success: Schema.Array(RecordedRequest) }).annotate(
    OpenApi.Description,
    "The last 200 requests to Microsoft, oldest first, for a support case: no bodies, tokens or secrets."
  )
).middleware(Guard)

/** The connector's HTTP interface, without `/metrics`, which has Prometheus' own format. */
export const Api = HttpApi.make("azure-security").add(
  health,
  status,
  debug,
  SessionApi,
  LinkApi,
  IntegrationsApi,
  SearchApi,
  LiveApi
).middleware(HttpApiMiddleware.ProblemDetails).annotate(OpenApi.Title, "Azure Security connector").annotate(
  OpenApi.Version,
  version
)
