/** A refused start: all faults in one message, exit code 2. */
import { Schema } from "effect"

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
