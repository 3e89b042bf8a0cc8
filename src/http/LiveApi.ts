/** The endpoints that show what the connector does at the moment. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { IndexState } from "../search/Search.ts"
import { ActivityDocument, ActivityRange, TenantActivity } from "../status/ActivityDocument.ts"
import { StatusDocument } from "../status/StatusDocument.ts"
import { Guard } from "./Guard.ts"

/** Schema for an event, sent on each change and every 15 seconds. */
export const LiveEvent = Schema.Struct({
  whole: Schema.Boolean.annotate({ description: "Whether `status` has all instances; the first event's has." }),
  status: StatusDocument.annotate({ description: "Where it is not whole, only the instances that changed." }),
  gone: Schema.Array(Schema.String).annotate({ description: "Names of the instances that are no more." }),
  index: IndexState
}).annotate({
  identifier: "LiveEvent"
})
export type LiveEvent = typeof LiveEvent.Type

/** The endpoints of the live events and of the plots' data. */
export const LiveApi = HttpApiGroup.make("live").add(
  HttpApiEndpoint.get("events", "/api/live", { success: HttpApiSchema.StreamSse({ data: LiveEvent }) }).annotate(
    OpenApi.Description,
    "Status and index as they change, as server-sent events named `message`."
  ),
  HttpApiEndpoint.get("activity", "/api/activity", {
    query: { range: ActivityRange },
    success: ActivityDocument
  }).annotate(OpenApi.Description, "What happened in the last hour, day or week."),
  HttpApiEndpoint.get("tenantActivity", "/api/activity/tenants", {
    query: {
      range: ActivityRange,
      instance: Schema.optionalKey(Schema.String),
      group: Schema.optionalKey(Schema.String)
    },
    success: TenantActivity
  }).annotate(
    OpenApi.Description,
    "Records and requests of an instance, or of the instances of a group; an empty group is that of those without one."
  )
).middleware(Guard)
