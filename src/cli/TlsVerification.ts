/** Finds out whether the environment turns the verification of certificates off. */
import { Config, Effect, Option } from "effect"

/** Says what is wrong, and what to do. */
export const unverified = {
  fault: "NODE_TLS_REJECT_UNAUTHORIZED=0 turns the verification of certificates off: anybody may answer for Microsoft",
  remedy: "unset it, and name the CA of a proxy that inspects TLS with NODE_EXTRA_CA_CERTS"
}

/** Whether Node would accept every certificate. It does for exactly the value `0`; no other variable or option does so. */
export const isOff: Effect.Effect<boolean> = Effect.map(
  Effect.option(Config.String("NODE_TLS_REJECT_UNAUTHORIZED")),
  Option.contains("0")
)

/** The faults of the environment for the message of a refused start. */
export const faults: Effect.Effect<ReadonlyArray<string>> = Effect.map(
  isOff,
  (is) => is ? [`${unverified.fault}; ${unverified.remedy}`] : []
)
