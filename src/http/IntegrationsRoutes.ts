/** Implements the endpoints of `IntegrationsApi`. */
import { Effect, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Checks from "../checks/Checks.ts"
import { Audit } from "../config/Audit.ts"
import * as Grant from "../config/Grant.ts"
import { fromSettings } from "../config/Instance.ts"
import { type Document, fill, hasSecret, otherProof, withoutSecret } from "../config/SettingsForm.ts"
import { SettingsStore, type SettingsStoreError, type StoredDocument } from "../config/SettingsStore.ts"
import { Access } from "./Access.ts"
import { Api } from "./Api.ts"
import { Backend } from "./Backend.ts"
import { ChangedMeanwhile, InvalidSettings, NotSaved, type StoredInstance } from "./IntegrationsApi.ts"

const shown = ({ document, name, revision }: StoredDocument): StoredInstance => {
  const proof = otherProof(document)
  return {
    name,
    revision,
    document: withoutSecret(document),
    has_secret: hasSecret(document),
    ...(proof === undefined ? {} : { credential: proof })
  }
}

const byName = (instances: ReadonlyArray<StoredDocument>, name: string) =>
  instances.find((instance) => instance.name === name)

const unread = Effect.mapError((error: SettingsStoreError) => new NotSaved({ why: error.message }))

/** Fails with the instance as it is stored now, because the caller's version is out of date. */
const meanwhile = (name: string) =>
  Effect.gen(function*() {
    const current = byName(yield* unread((yield* SettingsStore).all), name)
    return yield* new ChangedMeanwhile({ current: current === undefined ? null : shown(current) })
  })

const writing = (name: string) => <A, R>(effect: Effect.Effect<A, SettingsStoreError, R>) =>
  Effect.catch(
    effect,
    (error) =>
      error.reason._tag === "DocumentChanged"
        ? meanwhile(name)
        : Effect.fail(new NotSaved({ why: error.reason.detail }))
  )

interface Change {
  readonly revision: string | null
  readonly document: Document
}

/** Merges a form into the stored version that it was made from. */
const filled = Effect.fnUntraced(function*(name: string, { document, revision }: Change) {
  const { all: reading, files } = yield* SettingsStore
  const all = yield* unread(reading)
  const stored = byName(all, name)
  if (revision !== null && stored?.revision !== revision) return yield* meanwhile(name)
  return yield* Effect.mapError(
    fill(name, document, revision === null ? undefined : stored?.document, {
      names: all.map((instance) => instance.name),
      grant: yield* Grant.fromEnvironment,
      files
    }),
    (faults) => new InvalidSettings({ faults })
  )
})

/** Entries of an instance's history that the page gets. */
const historyMax = 100

/** Layer of the handlers; they fail with `Starting` until the {@link Backend} is open. */
export const layer = HttpApiBuilder.group(
  Api,
  "integrations",
  Effect.fn(function*(handlers) {
    const access = yield* Access
    const audit = yield* Audit
    const backend = yield* Backend
    const stored = (name: string) =>
      Effect.map(unread(Effect.flatMap(SettingsStore, ({ all }) => all)), (all) => byName(all, name))
    return handlers.handleAll({
      list: () =>
        backend.use(Effect.gen(function*() {
          const { all, where, why } = yield* SettingsStore
          return {
            where: where ?? null,
            ...(why === undefined ? {} : { why }),
            instances: (yield* unread(all)).map(shown)
          }
        })),
      save: ({ params: { name }, payload, request }) =>
        backend.use(Effect.gen(function*() {
          const store = yield* SettingsStore
          const { document } = yield* filled(name.trim(), payload)
          const before = payload.revision === null ? undefined : yield* stored(name.trim())
          const put = writing(name.trim())(store.put(name.trim(), document, payload.revision))
          return shown(yield* audit.saving(access.actor(request), before, put))
        })),
      remove: ({ params: { name }, query: { revision }, request }) =>
        backend.use(Effect.gen(function*() {
          const store = yield* SettingsStore
          const before = yield* stored(name.trim())
          const remove = writing(name.trim())(store.remove(name.trim(), revision))
          yield* audit.saving(access.actor(request), before, remove)
        })),
      history: ({ params: { name } }) =>
        backend.use(Effect.map(audit.history(name.trim()), (all) => all.slice(0, historyMax))),
      check: ({ payload: { name, ...change } }) =>
        backend.use(Effect.gen(function*() {
          const { settings } = yield* filled(name.trim(), change)
          const services = yield* Effect.context<Checks.Services>()
          return Checks.ofInstance(fromSettings(name.trim(), settings)).pipe(Stream.provideContext(services))
        }))
    })
  })
)
