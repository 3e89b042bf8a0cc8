/** Decodes the envelope of a page. Records are not validated: one bad record must not fail the page. */
import { Effect, Option, Result, Schema } from "effect"
import { Headers } from "effect/http"
import { readPage } from "./body/Body.ts"
import type { Answer } from "./Exchange.ts"
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

/** Decodes a successful answer into a page; `at` is Graph's time of the answer. */
export const decode = Effect.fnUntraced(
  function*(answer: Answer, at: number): Effect.fn.Return<GraphPage, DecodeFailed | Unavailable> {
    const read = readPage(answer.body)
    if (Result.isFailure(read)) {
      return yield* new Unavailable({ kind: "body", detail: `HTTP ${answer.status} with a body that is not JSON` })
    }
    const { isSplit, records } = read.success
    const envelope = yield* decodeEnvelope(read.success.envelope).pipe(Effect.mapError((error) =>
      new DecodeFailed({ issue: error.message.replaceAll(/\s+/g, " ") })
    ))
    if (!isSplit) answer.body.release()
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
