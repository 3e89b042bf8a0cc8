/** Reads what a stream answers to a published message. */
import type { Msg } from "@nats-io/transport-node"
import { Option, Schema } from "effect"
import { apiCode } from "./NatsFailure.ts"

const Acknowledgement = Schema.fromJsonString(Schema.Struct({
  stream: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(Schema.Struct({
    err_code: Schema.optionalKey(Schema.Int),
    description: Schema.optionalKey(Schema.String)
  }))
}))
const decodeAcknowledgement = Schema.decodeUnknownOption(Acknowledgement)

const noResponders = 503

/** What a stream answers to one message. */
export type Reply =
  | { readonly _tag: "Acknowledged" }
  /** `forGood` when sending the same again cannot help. */
  | { readonly _tag: "Refused"; readonly why: string; readonly forGood: boolean }

const acknowledged: Reply = { _tag: "Acknowledged" }

const refusal = (code: number | undefined, description: string, subject: string): Reply => {
  switch (code) {
    case apiCode.streamFull:
      return {
        _tag: "Refused",
        why: `the stream is full (${description}): waiting for room; let its consumers go on, or raise its limits`,
        forGood: false
      }
    case apiCode.otherStream:
      return { _tag: "Refused", why: `another stream captures ${subject} now`, forGood: true }
    case apiCode.messageTooLarge:
      return { _tag: "Refused", why: "an artifact is over the stream's max_msg_size", forGood: true }
    default:
      return { _tag: "Refused", why: `the stream refuses: ${description}`, forGood: false }
  }
}

/** Reads the answer to a message on `subject`. A duplicate is acknowledged as any other. */
export const replyOf = (message: Msg, subject: string): Reply => {
  if (message.headers?.code === noResponders) {
    return {
      _tag: "Refused",
      why: `no stream captures ${subject}: make one, or wait until JetStream has started`,
      forGood: false
    }
  }
  const json = message.string()
  // Nearly all answers are these, and reading one as a whole takes as long as sending the message did.
  if (json.startsWith("{\"stream\":") && json.endsWith("}") && !json.includes("\"error\"")) return acknowledged
  const body = decodeAcknowledgement(json)
  if (Option.isNone(body)) return { _tag: "Refused", why: "an answer that is no acknowledgement", forGood: false }
  const { error, stream } = body.value
  return error === undefined && stream !== undefined
    ? acknowledged
    : refusal(error?.err_code, error?.description ?? "no reason given", subject)
}
