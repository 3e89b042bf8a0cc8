/**
 * Changes the settings of instances; `SettingsSource` reports the changes.
 *
 * Documents are kept as stored, with settings that this version does not know. `SettingsForm` checks whether a document
 * can be used.
 */
import { Context, Effect, Layer, Schema, SubscriptionRef } from "effect"
import { createHash } from "node:crypto"

/** An instance's document as stored, including its secret. */
export interface StoredDocument {
  readonly name: string
  readonly document: Readonly<Record<string, unknown>>
  /** A different value after each change of the document. */
  readonly revision: string
}

/** Failure: somebody else changed the document since it was read for this change. */
export class DocumentChanged extends Schema.TaggedError<DocumentChanged>()("DocumentChanged", {}) {}

/** Failure: the store cannot be read or written. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  /** What failed, and what to do; never content of a document. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

export class SettingsStoreError extends Schema.TaggedError<SettingsStoreError>()("SettingsStoreError", {
  reason: Schema.Union([DocumentChanged, StoreFailed])
}) {
  override get message() {
    return this.reason.message
  }
}

/** The {@link DocumentChanged} failure. */
export const changed = new SettingsStoreError({ reason: new DocumentChanged() })

/** Returns the {@link StoreFailed} failure. */
export const failed = (detail: string): SettingsStoreError =>
  new SettingsStoreError({ reason: new StoreFailed({ detail }) })

/**
 * Service that changes the settings of instances.
 *
 * **Details**
 *
 * A change names the revision that it was made from, or null for a new instance. It fails with {@link DocumentChanged}
 * when the stored revision differs. A change that succeeded is durable, and takes effect within seconds.
 */
export class SettingsStore extends Context.Service<SettingsStore, {
  /** Where changes are written, for people: the file's path or the bucket. Undefined when no change is possible. */
  readonly where: string | undefined
  /** Why no change is possible, and what to do. */
  readonly why?: string
  /**
   * How documents name files of credentials. `paths`: this machine's administrator writes the documents. `names`: others
   * write them too, so that `Grant` judges each document.
   */
  readonly files: "paths" | "names"
  readonly all: Effect.Effect<ReadonlyArray<StoredDocument>, SettingsStoreError>
  readonly put: (
    name: string,
    document: Readonly<Record<string, unknown>>,
    revision: string | null
  ) => Effect.Effect<StoredDocument, SettingsStoreError>
  readonly remove: (name: string, revision: string) => Effect.Effect<void, SettingsStoreError>
}>()("azure-security/config/SettingsStore") {
  /** Layer of a store that refuses every change: the settings come from elsewhere. */
  static readonly layerNone = (why: string) =>
    Layer.succeed(SettingsStore, {
      where: undefined,
      why,
      files: "paths",
      all: Effect.succeed([]),
      put: () => Effect.fail(failed(why)),
      remove: () => Effect.fail(failed(why))
    })

  /** Layer of a store in memory, over a reference that it shares with the settings source. */
  static readonly layerMemory = (documents: SubscriptionRef.SubscriptionRef<Documents>) =>
    Layer.succeed(SettingsStore, {
      where: "the memory of this process",
      files: "paths",
      all: Effect.map(SubscriptionRef.get(documents), (held) => Object.entries(held).map(storedOf)),
      put: (name, document, revision) =>
        SubscriptionRef.modifyEffect(
          documents,
          (held) =>
            revisionAt(held, name) === revision
              ? Effect.succeed([storedOf([name, document]), { ...held, [name]: document }] as const)
              : Effect.fail(changed)
        ),
      remove: (name, revision) =>
        SubscriptionRef.updateEffect(
          documents,
          ({ [name]: before, ...others }) =>
            before !== undefined && revisionOf(before) === revision ? Effect.succeed(others) : Effect.fail(changed)
        )
    })
}

/** Documents of instances, by instance name. */
export type Documents = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const revisionAt = (held: Documents, name: string) => {
  const document = held[name]
  return document === undefined ? null : revisionOf(document)
}

/** Returns a hash as the revision of a document; it reveals only whether the document changed. */
export const revisionOf = (document: unknown): string =>
  createHash("sha256").update(JSON.stringify(document)).digest("hex").slice(0, 16)

/** Returns a stored document whose revision is the hash of its content. */
export const storedOf = ([name, document]: readonly [string, Readonly<Record<string, unknown>>]): StoredDocument => ({
  name,
  document,
  revision: revisionOf(document)
})
