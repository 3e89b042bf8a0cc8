/** Finds what keeps the program from starting besides its settings, so that one message has every fault. */
import { Effect, type Option } from "effect"
import * as AdminToken from "../http/AdminToken.ts"
import { addressFaults } from "./Listening.ts"
import * as TlsVerification from "./TlsVerification.ts"

/** Returns the faults of the address, the page's token and the verification of certificates. */
export const besides = Effect.fnUntraced(
  function*(listen: Option.Option<string>): Effect.fn.Return<ReadonlyArray<string>> {
    return [
      ...(yield* TlsVerification.faults),
      ...(yield* Effect.match(AdminToken.ofEnvironment, {
        onFailure: ({ message }) => [message],
        onSuccess: () => []
      })),
      ...(yield* addressFaults(listen))
    ]
  }
)
