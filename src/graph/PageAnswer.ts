/**
 * Decodes the envelope of a page. Its records are left as they are: one that is wrong must not fail the page.
 *
 * @since 0.1.0
 */
import { Effect, Option, Result, Schema } from "effect"
import { Headers } from "effect/http"
import type { Answer } from "./Exchange.ts"
import type { GraphPage, ProviderWarning } from "./GraphClient.ts"
import { DecodeFailed, Unavailable } from "./GraphError.ts"
import * as GraphJson from "./GraphJson.ts"

const Envelope = Schema.Struct({
  value: Schema.Array(Schema.Unknown),
  "@odata.nextLink": Schema.optionalKey(Schema.NullOr(Schema.String)),
  "@odata.count": Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
const decodeEnvelope = Schema.decodeUnknownEffect(Envelope)
const recordsOf = Schema.decodeUnknownOption(Schema.Struct({ value: Schema.Array(Schema.Unknown) }))

/** `199 - "{Vendor}/{Provider}/504/10000"`, several in one header or in several. */
const warning = /\b199\s+\S+\s+"([^"]{1,200}?)\/\{?(\d{3})\}?\/\{?\d+\}?"/g

const providerWarnings = (headers: Headers.Headers): ReadonlyArray<ProviderWarning> => {
  const header = Option.getOrElse(Headers.get(headers, "warning"), () => "")
  return [...header.matchAll(warning)].map(([, provider, status]) => ({
    provider: provider!.replaceAll(/[{}]/g, ""),
    status: Number(status)
  }))
}

/**
 * Decodes an answer that succeeded into a page; `at` is when Graph sent it.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = Effect.fnUntraced(
  function*(answer: Answer, at: number): Effect.fn.Return<GraphPage, DecodeFailed | Unavailable> {
    const json = GraphJson.decode(answer.text)
    if (Result.isFailure(json)) {
      return yield* new Unavailable({ kind: "body", detail: `HTTP ${answer.status} with a body that is not JSON` })
    }
    const { exact, value } = json.success
    const envelope = yield* decodeEnvelope(value).pipe(
      Effect.mapError((error) => new DecodeFailed({ issue: error.message }))
    )
    return {
      records: envelope.value,
      exact: exact === value ? envelope.value : Option.getOrThrow(recordsOf(exact)).value,
      nextLink: envelope["@odata.nextLink"] ?? undefined,
      count: envelope["@odata.count"] ?? undefined,
      at,
      providerWarnings: providerWarnings(answer.headers)
    }
  }
)
