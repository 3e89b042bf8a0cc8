/**
 * Keeps state in the files of one directory, one value per file.
 *
 * A value is written to a temporary file, synced, and renamed over the old file; then the directory is synced. A crash at
 * any time leaves the old value or the new one. `DirectoryLock` keeps other processes from writing there.
 */
import { Clock, Effect, FileSystem, Layer, Option, Path, type PlatformError } from "effect"
import * as DataDirectory from "../config/DataDirectory.ts"
import { describe } from "../config/DirectoryTrouble.ts"
import { readOwn, replace, temporary } from "../config/DurableFile.ts"
import { ownerOnly } from "../config/OwnFiles.ts"
import { Conflict, StateStore, StateStoreError, StoreUnavailable, type Versioned } from "./StateStore.ts"

/** Layer of a {@link StateStore} in the files of a directory, which is created when missing. */
export const layer = (directory: string): Layer.Layer<StateStore, StateStoreError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    StateStore,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const revisions = new Map<string, number>()

      const failing = (key: string, operation: StateStoreError["operation"]) =>
        Effect.mapError((error: PlatformError.PlatformError | DataDirectory.DirectoryUnsafe) => {
          const detail = error._tag === "DirectoryUnsafe" ? error.message : describe(directory, error)
          return new StateStoreError({ key, operation, reason: new StoreUnavailable({ detail }) })
        })
      const fileOf = (key: string) => path.join(directory, key)
      /** Returns the revision of a value; one that an earlier process left has the first, and an absent one 0. */
      const revisionOf = (key: string) => {
        const known = revisions.get(key)
        return known === undefined
          ? Effect.map(fs.exists(fileOf(key)), (exists) => exists ? 1 : 0)
          : Effect.succeed(known)
      }
      const forget = (key: string) => {
        revisions.delete(key)
        names.delete(key)
      }
      /** A write that failed may have renamed its file. The writer, who does not know, tries again from the same revision. */
      const unsure = (key: string, revision: number) =>
        Effect.ignore(Effect.map(fs.exists(fileOf(key)), (exists) => {
          revisions.set(key, revision)
          if (exists) names.add(key)
        }))
      const checked = (key: string, operation: "put" | "remove", revision: number) =>
        Effect.flatMap(revisionOf(key).pipe(failing(key, operation)), (there) =>
          there === revision
            ? Effect.void
            : Effect.fail(new StateStoreError({ key, operation, reason: new Conflict() })))

      yield* DataDirectory.make(directory).pipe(failing(directory, "keys"))
      // The names are read once: nobody else writes here, and with a thousand tenants there are thousands of them, among
      // which each endpoint looks for its own.
      const names = new Set<string>()
      for (const name of yield* fs.readDirectory(directory).pipe(failing(directory, "keys"))) {
        if (name.endsWith(temporary)) {
          yield* Effect.ignore(fs.remove(fileOf(name)))
        } else names.add(name)
      }

      const get = Effect.fnUntraced(
        function*(key: string): Effect.fn.Return<Option.Option<Versioned>, PlatformError.PlatformError> {
          if (!(yield* fs.exists(fileOf(key)))) {
            return Option.none()
          }
          const bytes = yield* Effect.provideService(readOwn(fileOf(key)), FileSystem.FileSystem, fs)
          const revision = revisions.get(key) ?? 1
          revisions.set(key, revision)
          return Option.some({ bytes, revision })
        }
      )

      const write = (key: string, bytes: Uint8Array) =>
        // Only the owner may read state: it tells an attacker what was seen and what was not.
        replace(fileOf(key), bytes, ownerOnly.file).pipe(
          Effect.provideService(FileSystem.FileSystem, fs),
          Effect.provideService(Path.Path, path)
        )

      return StateStore.of({
        get: (key) =>
          get(key).pipe(failing(key, "get")),
        put: (key, bytes, revision) =>
          Effect.andThen(
            checked(key, "put", revision),
            write(key, bytes).pipe(Effect.tapError(() => unsure(key, revision)), failing(key, "put"))
          ).pipe(
            Effect.map(() => {
              revisions.set(key, revision + 1)
              names.add(key)
              return revision + 1
            }),
            Effect.uninterruptible
          ),
        remove: (key, revision) =>
          Effect.andThen(checked(key, "remove", revision), fs.remove(fileOf(key), { force: true })).pipe(
            Effect.tap(() => Effect.sync(() => forget(key))),
            Effect.catchTag("PlatformError", (error) => Effect.fail(error).pipe(failing(key, "remove"))),
            Effect.uninterruptible
          ),
        keys: (prefix) => Effect.sync(() => Array.from(names).filter((name) => name.startsWith(prefix)).sort()),
        setAside: (key) =>
          Effect.gen(function*() {
            const name = `${key.replace(/\.(json)$/, "")}.corrupt-${yield* Clock.currentTimeMillis}`
            yield* fs.rename(fileOf(key), fileOf(name))
            forget(key)
            names.add(name)
            return name
          }).pipe(failing(key, "setAside"))
      })
    })
  )
