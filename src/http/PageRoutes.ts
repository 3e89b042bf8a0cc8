/**
 * Serves the page: its views, and the files that the views load.
 *
 * The page is a module that is loaded at the first request, so that it takes no memory while nobody opens it.
 */
import { Effect, Layer, Option, Predicate } from "effect"
import { Headers, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { brotliDecompressSync, gzipSync } from "node:zlib"
import { policyOf } from "./EveryRequest.ts"

/** Paths of the views; `/` redirects to the first, which is what an administrator looks for. */
export const views = ["/admin/settings/integrations", "/signals/search", "/signals/activity"] as const

interface File {
  readonly type: string
  readonly brotli: Uint8Array
  /** Hash of the script in it. */
  readonly script: string | undefined
}

type Files = ReadonlyMap<string, File>

const isMissing = (defect: unknown) => Predicate.hasProperty(defect, "code") && defect.code === "ERR_MODULE_NOT_FOUND"

/** Loads the files by their names; none when the sources run without a built page. */
const load: Effect.Effect<Files> = Effect.promise(() => import("#page")).pipe(
  Effect.map(({ default: files }): Files =>
    new Map(
      Object.entries(files).map((
        [name, { brotli, script, type }]
      ) => [name, { type, brotli: Buffer.from(brotli, "base64"), script }])
    )
  ),
  // Nobody built the page yet. Once built, it is served after the next start.
  Effect.catchDefect((defect) => isMissing(defect) ? Effect.succeed<Files>(new Map()) : Effect.die(defect))
)

const unbuilt = HttpServerResponse.text(
  "The page is not built: run `npm run page`, or `npm run build` and start dist/azure-security.js. /status has the status as JSON.\n",
  { status: 503 }
)

const takes = (request: HttpServerRequest.HttpServerRequest, coding: RegExp) =>
  Option.exists(Headers.get(request.headers, "accept-encoding"), (accepted) => coding.test(accepted))

/** Files in gzip, made at the first request. Browsers take Brotli only over TLS and on their own machine. */
const gzipped = new WeakMap<File, Uint8Array>()
const gzipOf = (file: File): Uint8Array => {
  const made = gzipped.get(file) ?? gzipSync(brotliDecompressSync(file.brotli))
  gzipped.set(file, made)
  return made
}

const answer = (file: File, caching: string) =>
  Effect.map(HttpServerRequest.HttpServerRequest, (request) => {
    const coding = takes(request, /\bbr\b/) ? "br" : takes(request, /\bgzip\b/) ? "gzip" : undefined
    const bytes = coding === "br" ? file.brotli : coding === "gzip" ? gzipOf(file) : brotliDecompressSync(file.brotli)
    return HttpServerResponse.uint8Array(bytes, {
      contentType: file.type,
      headers: {
        "cache-control": caching,
        vary: "accept-encoding",
        ...(file.script === undefined ? {} : { "content-security-policy": policyOf(file.script) }),
        ...(coding === undefined ? {} : { "content-encoding": coding })
      }
    })
  })

const absent = Effect.succeed(HttpServerResponse.text("There is no such file.\n", { status: 404 }))

/** Layer of the page's routes: `/`, the views, and `/page/*`. */
export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const router = yield* HttpRouter.HttpRouter
  const files = yield* Effect.cached(load)
  // `index.html` keeps its name when it changes; other files get a new name with new content.
  const view = Effect.flatMap(files, (all) => {
    const index = all.get("index.html")
    return index === undefined ? Effect.succeed(unbuilt) : answer(index, "no-cache")
  })
  yield* router.add("GET", "/", HttpServerResponse.redirect(views[0]))
  for (const path of views) yield* router.add("GET", path, view)
  yield* router.add(
    "GET",
    "/page/*",
    Effect.gen(function*() {
      const { url } = yield* HttpServerRequest.HttpServerRequest
      const file = (yield* files).get(url.replace(/^\/page\/|[?#].*$/g, ""))
      return yield* file === undefined ? absent : answer(file, "public, max-age=31536000, immutable")
    })
  )
}))
