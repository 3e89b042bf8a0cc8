/** The part of the interface that tells what goes on. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { IndexState } from "../search/Search.ts"
import { ActivityDocument, ActivityRange } from "../status/ActivityDocument.ts"
import { StatusDocument } from "../status/StatusDocument.ts"
import { Guard } from "./Guard.ts"

/** Schema for an event: the status and the index, both whole, whenever one of them changed and every 15 seconds. */
export const LiveEvent = Schema.Struct({ status: StatusDocument, index: IndexState }).annotate({
  identifier: "LiveEvent"
})
export type LiveEvent = typeof LiveEvent.Type

/** Server-sent events, and what the plots show. */
export const LiveApi = HttpApiGroup.make("live").add(
  HttpApiEndpoint.get("events", "/api/live", { success: HttpApiSchema.StreamSse({ data: LiveEvent }) }).annotate(
    OpenApi.Description,
    "Status and index as they change, as server-sent events named `message`."
  ),
  HttpApiEndpoint.get("activity", "/api/activity", {
    query: { range: ActivityRange },
    success: ActivityDocument
  }).annotate(OpenApi.Description, "What happened in the last hour, day or week.")
).middleware(Guard)
