/** Parses a stream's answer to a published message. */
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

/** A stream's answer to one message. */
export type Reply =
  /** `sequence` is where the stream has the message. `json` is the whole answer, for {@link isDuplicate}. */
  | { readonly _tag: "Acknowledged"; readonly sequence: number; readonly json: string }
  /** `forGood` when sending the same message again cannot help. */
  | { readonly _tag: "Refused"; readonly why: string; readonly forGood: boolean }

const sequenceName = "\"seq\":"
const [digitZero, digitNine] = [48, 57]

/** Reads the sequence without parsing the answer; 0 where there is none. */
const sequenceOf = (json: string): number => {
  const name = json.indexOf(sequenceName)
  if (name < 0) return 0
  let sequence = 0
  for (let at = name + sequenceName.length; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code >= digitZero && code <= digitNine) sequence = sequence * 10 + code - digitZero
    else if (sequence > 0) break
  }
  return sequence
}

const acknowledged = (json: string): Reply => ({ _tag: "Acknowledged", sequence: sequenceOf(json), json })

/** Whether the stream had the message already. */
export const isDuplicate = (json: string): boolean => /"duplicate":\s*true/.test(json)

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

/** Parses the answer to a message on `subject`. A duplicate counts as acknowledged. */
export const replyOf = (message: Msg, subject: string): Reply => {
  if (message.headers?.code === noResponders) {
    return {
      _tag: "Refused",
      why: `no stream captures ${subject}: make one, or wait until JetStream has started`,
      forGood: false
    }
  }
  const json = message.string()
  // Fast path: nearly all answers look like this, and a full decode takes as long as sending the message did.
  if (json.startsWith("{\"stream\":") && json.endsWith("}") && !json.includes("\"error\"")) {
    return acknowledged(json)
  }
  const body = decodeAcknowledgement(json)
  if (Option.isNone(body)) return { _tag: "Refused", why: "the broker's answer is no acknowledgement", forGood: false }
  const { error, stream } = body.value
  return error === undefined && stream !== undefined
    ? acknowledged(json)
    : refusal(error?.err_code, error?.description ?? "no reason given", subject)
}
