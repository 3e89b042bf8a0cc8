/** Decodes the envelope of a page. Records are not validated: one bad record must not fail the page. */
import { Effect, Option, Result, Schema } from "effect"
import { Headers } from "effect/http"
import { pageHolds } from "../domain/Bounds.ts"
import { readPage, type Uncut } from "./body/Body.ts"
import type { Answer } from "./Exchange.ts"
import { BodyTooLarge, DecodeFailed, Unavailable } from "./GraphError.ts"
import type { GraphPage, ProviderWarning } from "./GraphPage.ts"
import { KeepsBytes } from "./Limits.ts"

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

const failureOf = (uncut: Uncut, { body, status }: Answer): BodyTooLarge | DecodeFailed | Unavailable => {
  switch (uncut) {
    case "not JSON":
      return new Unavailable({ kind: "body", detail: `HTTP ${status} with a body that is not JSON` })
    case "too much":
      return new BodyTooLarge({ bytesMax: body.bytes.length, holds: pageHolds })
    case "no page":
      return new DecodeFailed({ issue: "its own properties take more room than records do" })
  }
}

/** Decodes a successful answer into a page, with turns for others; `at` is Graph's time of the answer. */
export const decode = Effect.fnUntraced(
  function*(answer: Answer, at: number): Effect.fn.Return<GraphPage, BodyTooLarge | DecodeFailed | Unavailable> {
    const reading = readPage(answer.body, yield* KeepsBytes)
    let step = reading.next()
    while (step.done !== true) {
      yield* Effect.yieldNow
      step = reading.next()
    }
    const read = step.value
    if (Result.isFailure(read)) return yield* failureOf(read.failure, answer)
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
