/**
 * Where the settings of instances are changed: the counterpart of `SettingsSource`, which tells of the change.
 *
 * Documents are kept as they are stored, with what this version does not know; whether one can be used is
 * `SettingsForm`'s concern.
 */
import { Context, Effect, Layer, Schema, SubscriptionRef } from "effect"
import { createHash } from "node:crypto"

/** An instance's document as it is stored, its secret included. */
export interface StoredDocument {
  readonly name: string
  readonly document: Readonly<Record<string, unknown>>
  /** Changes with every change of the document. */
  readonly revision: string
}

/** The document is not the one that the change was made from. */
export class DocumentChanged extends Schema.TaggedError<DocumentChanged>()("DocumentChanged", {}) {}

/** The store cannot be read or written. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  /** What failed, and what to do; without content. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Failure of a settings store. */
export class SettingsStoreError extends Schema.TaggedError<SettingsStoreError>()("SettingsStoreError", {
  reason: Schema.Union([DocumentChanged, StoreFailed])
}) {
  override get message() {
    return this.reason.message
  }
}

/** The failure that somebody else was faster. */
export const changed = new SettingsStoreError({ reason: new DocumentChanged() })

/** The failure that the store cannot be used. */
export const failed = (detail: string): SettingsStoreError =>
  new SettingsStoreError({ reason: new StoreFailed({ detail }) })

/**
 * Service that changes the settings of instances.
 *
 * **Details**
 *
 * A change names the revision that it was made from, and null for an instance that is not there yet; it fails with
 * {@link DocumentChanged} when the stored one is another. It is durable when it succeeds, and acts within seconds.
 */
export class SettingsStore extends Context.Service<SettingsStore, {
  /** What a change is written to, for people: the path of the file, or the bucket. Undefined where none is possible. */
  readonly where: string | undefined
  /** Why no change is possible, and what to do. */
  readonly why?: string
  readonly all: Effect.Effect<ReadonlyArray<StoredDocument>, SettingsStoreError>
  readonly put: (
    name: string,
    document: Readonly<Record<string, unknown>>,
    revision: string | null
  ) => Effect.Effect<StoredDocument, SettingsStoreError>
  readonly remove: (name: string, revision: string) => Effect.Effect<void, SettingsStoreError>
}>()("azure-security/config/SettingsStore") {
  /** Nothing can be changed: the settings come from elsewhere. */
  static readonly layerNone = (why: string) =>
    Layer.succeed(SettingsStore, {
      where: undefined,
      why,
      all: Effect.succeed([]),
      put: () => Effect.fail(failed(why)),
      remove: () => Effect.fail(failed(why))
    })

  /** In memory, over a reference that whoever follows the settings has as well. */
  static readonly layerMemory = (documents: SubscriptionRef.SubscriptionRef<Documents>) =>
    Layer.succeed(SettingsStore, {
      where: "the memory of this process",
      all: Effect.map(SubscriptionRef.get(documents), (held) => Object.entries(held).map(storedOf)),
      put: (name, document, revision) =>
        SubscriptionRef.modifyEffect(documents, (held) =>
          revisionAt(held, name) === revision
            ? Effect.succeed([storedOf([name, document]), { ...held, [name]: document }] as const)
            : Effect.fail(changed)),
      remove: (name, revision) =>
        SubscriptionRef.updateEffect(
          documents,
          ({ [name]: before, ...others }) =>
            before !== undefined && revisionOf(before) === revision ? Effect.succeed(others) : Effect.fail(changed)
        )
    })
}

/** Documents of instances by name. */
export type Documents = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const revisionAt = (held: Documents, name: string) => {
  const document = held[name]
  return document === undefined ? null : revisionOf(document)
}

/** A revision for a document that has none of its own. It tells nothing of what is in it but whether it changed. */
export const revisionOf = (document: unknown): string =>
  createHash("sha256").update(JSON.stringify(document)).digest("hex").slice(0, 16)

/** A document with its own content as its revision. */
export const storedOf = ([name, document]: readonly [string, Readonly<Record<string, unknown>>]): StoredDocument => ({
  name,
  document,
  revision: revisionOf(document)
})
