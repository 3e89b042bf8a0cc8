/** Decodes the envelope of a page. Records are not validated: one bad record must not fail the page. */
import { Effect, Option, Result, Schema } from "effect"
import { Headers } from "effect/http"
import { largePageBytes } from "../domain/Bounds.ts"
import type { Sent } from "../domain/GraphRecord.ts"
import * as GraphJson from "./body/GraphJson.ts"
import * as PageBytes from "./body/PageBytes.ts"
import { ofValue } from "./body/SentRecord.ts"
import { type Answer, bodyText } from "./Exchange.ts"
import { DecodeFailed, Unavailable } from "./GraphError.ts"
import type { GraphPage, ProviderWarning } from "./GraphPage.ts"

const Envelope = Schema.Struct({
  value: Schema.Array(Schema.Unknown),
  "@odata.nextLink": Schema.optionalKey(Schema.NullOr(Schema.String)),
  "@odata.count": Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
const decodeEnvelope = Schema.decodeUnknownEffect(Envelope)

/** Matches `199 - "{Vendor}/{Provider}/504/10000"`, once or several times in one header. */
const warning = /\b199\s+\S+\s+"([^"]{1,200}?)\/\{?(\d{3})\}?\/\{?\d+\}?"/g

const providerWarnings = (headers: Headers.Headers): ReadonlyArray<ProviderWarning> => {
  const header = Option.getOrElse(Headers.get(headers, "warning"), () => "")
  return [...header.matchAll(warning)].map(([, provider, status]) => ({
    provider: provider!.replaceAll(/[{}]/g, ""),
    status: Number(status)
  }))
}

const listOf = (page: unknown): ReadonlyArray<unknown> => (page as { readonly value: ReadonlyArray<unknown> }).value

interface Parts {
  /** The decoded envelope, with its records or with an empty list in their place. */
  readonly page: unknown
  /** Call it only after the envelope was decoded. */
  readonly records: () => ReadonlyArray<Sent>
  /** Whether the records are read from the body later. */
  readonly isCut: boolean
}

const partsOf = (answer: Answer): Result.Result<Parts, "not JSON"> => {
  const cut = answer.body.bytes.length < largePageBytes ? undefined : PageBytes.cut(answer.body)
  return Result.map(GraphJson.decode(cut?.envelope ?? bodyText(answer)), ({ exact, value }): Parts => ({
    page: value,
    // For small pages, and for those that `cut` gives up on.
    records: () => cut?.records ?? listOf(value).map((one, index) => ofValue(one, listOf(exact)[index])),
    isCut: cut !== undefined
  }))
}

/** Decodes a successful answer into a page; `at` is Graph's time of the answer. */
export const decode = Effect.fnUntraced(
  function*(answer: Answer, at: number): Effect.fn.Return<GraphPage, DecodeFailed | Unavailable> {
    const parts = partsOf(answer)
    if (Result.isFailure(parts)) {
      return yield* new Unavailable({ kind: "body", detail: `HTTP ${answer.status} with a body that is not JSON` })
    }
    const { isCut, page, records } = parts.success
    const envelope = yield* decodeEnvelope(page).pipe(
      Effect.mapError((error) => new DecodeFailed({ issue: error.message.replaceAll(/\s+/g, " ") }))
    )
    if (!isCut) answer.body.release()
    return {
      records: records(),
      release: answer.body.release,
      nextLink: envelope["@odata.nextLink"] ?? undefined,
      count: envelope["@odata.count"] ?? undefined,
      at,
      providerWarnings: providerWarnings(answer.headers)
    }
  }
)
