/** Implements the endpoints of `SearchApi`. */
import { DateTime, Effect, Option, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { byteOrderMark, csvHead, csvLine } from "../search/Csv.ts"
import { BadQuery, Search } from "../search/Search.ts"
import { instancesOf } from "../status/Snapshot.ts"
import { Status } from "../status/Status.ts"
import { Api } from "./Api.ts"
import { Backend } from "./Backend.ts"
import { NoSuchArtifact } from "./SearchApi.ts"

const pageRows = { unasked: 100, max: 1000 } as const

const linesAtOnce = 8

const timeOf = (name: string, text: string) =>
  Option.match(DateTime.make(text), {
    onNone: () => Effect.fail(new BadQuery({ fault: `${name}: Expected a time such as 2026-11-23T08:00:00Z` })),
    onSome: (time) => Effect.succeed(DateTime.toEpochMillis(time))
  })

const rangeOf = Effect.fnUntraced(function*(query: { readonly from: string; readonly to: string }) {
  return { from: yield* timeOf("from", query.from), to: yield* timeOf("to", query.to) }
})

const utf8 = new TextEncoder()

/** Layer of the handlers; they fail with `Starting` until the {@link Backend} is open. */
export const layer = HttpApiBuilder.group(
  Api,
  "search",
  Effect.fn(function*(handlers) {
    const backend = yield* Backend
    const status = yield* Status
    /** Display names and groups by the names of the instances; only where the query asks for one. */
    const instancesFor = (query: string) =>
      /instance|group/i.test(query)
        ? Effect.map(status.snapshot, (snapshot) => {
          const all = instancesOf(snapshot)
          return {
            instances: Object.fromEntries(all.map(([name, { displayName }]) => [name, displayName])),
            groups: Object.fromEntries(all.flatMap(([name, { group }]) => group === undefined ? [] : [[name, group]]))
          }
        })
        : Effect.succeed({})
    return handlers.handleAll({
      find: ({ query }) =>
        backend.use(Effect.gen(function*() {
          const search = yield* Search
          return yield* search.find({
            query: query.query ?? "",
            ...(yield* instancesFor(query.query ?? "")),
            ...(yield* rangeOf(query)),
            ...(query.before === undefined ? {} : { before: query.before }),
            ...(query.sort === "arrival" ? { isByArrival: true } : {}),
            limit: Math.min(pageRows.max, Math.max(1, Math.trunc(query.limit ?? pageRows.unasked)))
          })
        })),
      state: () => backend.use(Effect.flatMap(Search, ({ state }) => state)),
      things: ({ query }) =>
        backend.use(Effect.gen(function*() {
          const search = yield* Search
          return yield* search.things({
            query: query.query ?? "",
            ...(yield* instancesFor(query.query ?? "")),
            ...(yield* rangeOf(query)),
            sort: query.sort ?? "time",
            group: query.group ?? "none",
            offset: query.offset ?? 0,
            limit: query.limit ?? pageRows.unasked
          })
        })),
      suggest: ({ query }) =>
        backend.use(
          Effect.flatMap(Search, ({ suggest }) => suggest({ field: query.field, beginning: query.beginning }))
        ),
      kept: () => backend.use(Effect.flatMap(Search, ({ kept }) => kept)),
      keep: ({ payload }) => backend.use(Effect.flatMap(Search, ({ keep }) => keep(payload))),
      detail: ({ params: { id } }) =>
        backend.use(Effect.gen(function*() {
          const detail = yield* (yield* Search).detail(id)
          return detail ?? (yield* new NoSuchArtifact({ id }))
        })),
      export: ({ query }) =>
        backend.use(Effect.gen(function*() {
          const search = yield* Search
          const range = yield* rangeOf(query)
          const instances = yield* instancesFor(query.query ?? "")
          const request = { query: query.query ?? "", ...instances, ...range, limit: pageRows.max }
          // A faulty query must fail before the download has begun.
          const { total } = yield* search.find({ ...request, limit: 1 })
          const pages = Stream.paginate(undefined as number | undefined, (before) =>
            Effect.map(search.find({ ...request, ...(before === undefined ? {} : { before }) }), ({ next, rows }) =>
              [rows, Option.fromNullOr(next)] as const))
          // Few artifacts are in memory at once, because one may have some MiB.
          const lines = Stream.grouped(pages, linesAtOnce).pipe(
            Stream.mapEffect((rows) =>
              search.lines(rows.map(({ key }) => key))
            ),
            Stream.map((found) => found.flatMap((line) => line === null ? [] : `${line}\n`).join(""))
          )
          const table = Stream.concat(
            Stream.succeed(query.bom === undefined ? csvHead : `${byteOrderMark}${csvHead}`),
            Stream.map(Stream.grouped(pages, pageRows.max), (rows) => rows.map(csvLine).join(""))
          )
          const texts = query.format === "csv" ? table : lines
          return HttpServerResponse.stream(Stream.map(texts, (text) => utf8.encode(text)), {
            contentType: query.format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson",
            headers: {
              "content-disposition": `attachment; filename="artifacts.${query.format}"`,
              ...(total === undefined ? {} : { "x-artifacts-total": String(total) })
            }
          })
        }))
    })
  })
)
