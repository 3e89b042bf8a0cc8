/** The endpoints that show, test and change the settings of instances. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Finding } from "../checks/Finding.ts"
import { AuditEntry } from "../config/AuditEntry.ts"
import { Starting } from "./Backend.ts"
import { Guard } from "./Guard.ts"

export type { AuditEntry }

/** Schema for the stored settings of one instance, without its secret. */
export const StoredInstance = Schema.Struct({
  name: Schema.String,
  /** Version of the document; a change names the version that it was made from. */
  revision: Schema.String,
  /** Document in the settings file or in Conductor, without `credentials.client_secret`. */
  document: Schema.Record(Schema.String, Schema.Unknown),
  has_secret: Schema.Boolean,
  /** Setting that holds another credential (`client_secret_env`, …); a save keeps that setting. */
  credential: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "StoredInstance" })
export type StoredInstance = typeof StoredInstance.Type

/** Schema for all instances, and the place of their settings. */
export const StoredSettings = Schema.Struct({
  /** File or bucket that changes are written to; null when nothing can be changed. */
  where: Schema.NullOr(Schema.String),
  /** Why nothing can be changed, and what to do, in one line. */
  why: Schema.optionalKey(Schema.String),
  instances: Schema.Array(StoredInstance)
}).annotate({ identifier: "StoredSettings" })
export type StoredSettings = typeof StoredSettings.Type

/** Schema for a fault of a form; `message` is the settings schema's. */
export const Fault = Schema.Struct({
  /** Setting: `name`, `credentials.tenant_id`, …; empty for a fault of the whole form. */
  path: Schema.String,
  message: Schema.String
})
export type Fault = typeof Fault.Type

/** The submitted settings are invalid; nothing was saved. */
export class InvalidSettings extends Schema.TaggedError<InvalidSettings>()("InvalidSettings", {
  faults: Schema.Array(Fault)
}, { httpApiStatus: 422 }) {}

/** Somebody else changed or removed the instance meanwhile. */
export class ChangedMeanwhile extends Schema.TaggedError<ChangedMeanwhile>()("ChangedMeanwhile", {
  /** The instance as it is stored now; null when it was removed. */
  current: Schema.NullOr(StoredInstance)
}, { httpApiStatus: 409 }) {}

/** The settings could not be read or written. */
export class NotSaved extends Schema.TaggedError<NotSaved>()("NotSaved", {
  /** What failed, and what to do. */
  why: Schema.String
}, { httpApiStatus: 503 }) {}

/**
 * Schema for the settings of a form. What the form leaves out stays as it is stored, the client secret too; null
 * removes a setting.
 */
export const Form = Schema.Record(Schema.String, Schema.Unknown)

const params = { name: Schema.String }

/** The endpoints that list, save, remove and test instances. */
export const IntegrationsApi = HttpApiGroup.make("integrations").add(
  HttpApiEndpoint.get("list", "/api/instances", { success: StoredSettings, error: [NotSaved, Starting] }).annotate(
    OpenApi.Description,
    "The settings of every instance, without secrets."
  ),
  HttpApiEndpoint.put("save", "/api/instances/:name", {
    params,
    payload: Schema.Struct({
      /** Version that was changed; null for a new instance. */
      revision: Schema.NullOr(Schema.String),
      document: Form
    }),
    success: StoredInstance,
    error: [InvalidSettings, ChangedMeanwhile, NotSaved, Starting]
  }).annotate(OpenApi.Description, "Adds or changes an instance; it takes effect within seconds."),
  HttpApiEndpoint.delete("remove", "/api/instances/:name", {
    params,
    query: { revision: Schema.String },
    success: HttpApiSchema.NoContent,
    error: [ChangedMeanwhile, NotSaved, Starting]
  }).annotate(OpenApi.Description, "Removes an instance. Its position is kept, for when it is added again."),
  HttpApiEndpoint.get("history", "/api/instances/:name/history", {
    params,
    success: Schema.Array(AuditEntry),
    error: Starting
  }).annotate(
    OpenApi.Description,
    "Who changed the instance's settings, when, and which; the newest 100, newest first."
  ),
  HttpApiEndpoint.post("check", "/api/check", {
    payload: Schema.Struct({
      name: Schema.String,
      /** Stored version that supplies the settings and the secret which the form leaves out. */
      revision: Schema.NullOr(Schema.String),
      document: Form
    }),
    success: HttpApiSchema.StreamNdjson({ schema: Finding }),
    error: [InvalidSettings, ChangedMeanwhile, NotSaved, Starting]
  }).annotate(OpenApi.Description, "Runs `check` on unsaved settings, and streams each finding as soon as it is known.")
).middleware(Guard)
