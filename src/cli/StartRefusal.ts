/** A refused start: all faults in one message, exit code 2. */
import { Effect, Schema } from "effect"
import { isReaderGone } from "../sinks/ArtifactSink.ts"

/** The faults that keep the program from starting. */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  faults: Schema.Array(Schema.String)
}) {
  override get message() {
    return `azure-security did not start:\n${
      this.faults.map((fault) => `  ${fault.replaceAll("\n", "\n  ")}`).join("\n")
    }`
  }
}

/** Makes a refusal of an error of the start; a reader that has gone ends a process that did start. */
export const refuse = <E extends { readonly message: string }>(error: E): Effect.Effect<never, E | Refusal> =>
  Effect.fail(isReaderGone(error) ? error : new Refusal({ faults: [error.message] }))
