/** Describes failures of the broker and its client in words for the log, without any message content. */
import { Predicate } from "effect"

/** Codes that Node and its TLS set on an error. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset; a broker that asks for a client certificate ends one without it so",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no network",
  ETIMEDOUT: "no connection in time",
  CERT_HAS_EXPIRED: "the broker's certificate has expired",
  CERT_NOT_YET_VALID: "the broker's certificate is not yet valid",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the broker's certificate is for another host: check NATS_URL and DNS, somebody else may answer in its place",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the broker's certificate is self-signed and not trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "the CA of the broker's certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the CA of the broker's certificate is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the CA of the broker's certificate is not trusted"
}

/** JetStream's error numbers (`err_code`) that the connector acts on. */
export const apiCode = {
  insufficientResources: 10023,
  messageTooLarge: 10054,
  streamNotFound: 10059,
  otherStream: 10060,
  wrongLastSequence: 10071,
  streamFull: 10077,
  duplicateInProcess: 10158,
  wrongLastSequenceInCluster: 10164,
  tooManyRequests: 10167
} as const

/** Returns the error and its causes, outermost first. */
const chain = (error: unknown, depth = 0): ReadonlyArray<object> =>
  !Predicate.isObject(error) || depth > 8
    ? []
    : [error, ...(Predicate.hasProperty(error, "cause") ? chain(error.cause, depth + 1) : [])]

const property = (error: object, key: string): unknown => Predicate.hasProperty(error, key) ? error[key] : undefined

const named = (error: unknown, name: string): object | undefined =>
  chain(error).find((one) => property(one, "name") === name)

/** Returns JetStream's error number, or undefined for any other error. */
export const apiCodeOf = (error: unknown): number | undefined => {
  const refusal = named(error, "JetStreamApiError") ?? named(error, "StreamNotFoundError")
  const code = property(refusal ?? {}, "code")
  return Predicate.isNumber(code) ? code : undefined
}

/** Whether it is unknown if the broker carried out the request: no answer in time, or a connection lost in between. */
export const isAmbiguous = (error: unknown): boolean =>
  ["TimeoutError", "RequestError", "ClosedConnectionError", "DrainingConnectionError"].some((name) =>
    named(error, name) !== undefined
  ) && named(error, "NoRespondersError") === undefined && refusedSubject(error) === undefined

/** Returns the subject that the broker's permissions refuse to this user, or undefined for any other failure. */
export const refusedSubject = (error: unknown): string | undefined => {
  const subject = property(named(error, "PermissionViolationError") ?? {}, "subject")
  return Predicate.isString(subject) ? subject : undefined
}

/** Shows a refused subject as a permission is written: the names in it differ from request to request. */
export const asPermission = (subject: string): string =>
  subject.replace(/^(\$KV\.[^.]+|\$JS\.API\.CONSUMER\.CREATE\.[^.]+)\..*$/, "$1.>")

/** What to do about a refusal by the broker's permissions; undefined for any other failure. */
export const remedyOf = (error: unknown): string | undefined => {
  const subject = refusedSubject(error)
  return subject === undefined ? undefined : `let this user of the broker publish to ${asPermission(subject)}`
}

/** The words for a timeout. */
export const noAnswer = "no answer in time"

/** Describes a failure in a few words: `connection refused`, `Authorization Violation`, `no answer in time`. */
export const describe = (error: unknown): string => {
  const refused = refusedSubject(error)
  if (refused !== undefined) return `the broker's permissions refuse ${asPermission(refused)}`
  for (const one of chain(error)) {
    const code = property(one, "code")
    const known = Predicate.isString(code) ? words[code] ?? code : undefined
    if (known !== undefined) return known
  }
  if (named(error, "TimeoutError") !== undefined) return noAnswer
  if (named(error, "NoRespondersError") !== undefined) return "nobody answers: no JetStream, or no stream there"
  const message = property(chain(error)[0] ?? {}, "message")
  return Predicate.isString(message) && message !== "" ? message : "no reason given"
}
