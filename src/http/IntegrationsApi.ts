/** The part of the interface that shows, tests and changes the settings of instances. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Finding } from "../checks/Finding.ts"
import { Starting } from "./Backend.ts"
import { Guard } from "./Guard.ts"

/** Schema for the settings of one instance as they are stored, without its secret. */
export const StoredInstance = Schema.Struct({
  name: Schema.String,
  /** Changes with every change of the document; a change names the one that it was made from. */
  revision: Schema.String,
  /** The document of the settings file, or Conductor's; `credentials.client_secret` is left out. */
  document: Schema.Record(Schema.String, Schema.Unknown),
  /** Whether a client secret is stored. */
  has_secret: Schema.Boolean,
  /** How it signs in, where that is not by a client secret of the document: `client_secret_env`, …; it is kept. */
  credential: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "StoredInstance" })
export type StoredInstance = typeof StoredInstance.Type

/** Schema for all instances, and where their settings are. */
export const StoredSettings = Schema.Struct({
  /** The file or bucket that a change is written to; null where nothing can be changed. */
  where: Schema.NullOr(Schema.String),
  /** Why nothing can be changed, and what to do, in one line. */
  why: Schema.optionalKey(Schema.String),
  instances: Schema.Array(StoredInstance)
}).annotate({ identifier: "StoredSettings" })
export type StoredSettings = typeof StoredSettings.Type

/** Schema for a fault of a form, in the words of the settings schema. */
export const Fault = Schema.Struct({
  /** `name`, `credentials.tenant_id`, …; empty for the whole. */
  path: Schema.String,
  message: Schema.String
})
export type Fault = typeof Fault.Type

/** The settings cannot be used as they are. */
export class InvalidSettings extends Schema.TaggedError<InvalidSettings>()("InvalidSettings", {
  faults: Schema.Array(Fault)
}, { httpApiStatus: 422 }) {}

/** The instance was changed or removed meanwhile. */
export class ChangedMeanwhile extends Schema.TaggedError<ChangedMeanwhile>()("ChangedMeanwhile", {
  /** How it is now; null when it is gone. */
  current: Schema.NullOr(StoredInstance)
}, { httpApiStatus: 409 }) {}

/** The change could not be written. */
export class NotSaved extends Schema.TaggedError<NotSaved>()("NotSaved", {
  /** What failed, and what to do. */
  why: Schema.String
}, { httpApiStatus: 503 }) {}

/**
 * Schema for the settings of a form. What it leaves out is kept as it is stored, the client secret too; null takes a
 * setting away.
 */
export const Form = Schema.Record(Schema.String, Schema.Unknown)

const params = { name: Schema.String }

/** Lists, saves, removes and tests instances. */
export const IntegrationsApi = HttpApiGroup.make("integrations").add(
  HttpApiEndpoint.get("list", "/api/instances", { success: StoredSettings, error: [NotSaved, Starting] }).annotate(
    OpenApi.Description,
    "The settings of every instance, without secrets."
  ),
  HttpApiEndpoint.put("save", "/api/instances/:name", {
    params,
    payload: Schema.Struct({
      /** Of the stored instance that was changed; null for a new one. */
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
  HttpApiEndpoint.post("check", "/api/check", {
    payload: Schema.Struct({
      name: Schema.String,
      /** The stored instance whose settings and secret are kept where the form leaves them out. */
      revision: Schema.NullOr(Schema.String),
      document: Form
    }),
    success: HttpApiSchema.StreamNdjson({ schema: Finding }),
    error: [InvalidSettings, ChangedMeanwhile, NotSaved, Starting]
  }).annotate(OpenApi.Description, "What `check` finds about unsaved settings, each finding as it is known.")
).middleware(Guard)
