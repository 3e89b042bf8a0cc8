/** The error of a refused start: all faults in one message, nothing started, exit code 2. */
import { Schema } from "effect"

/** The faults that keep the program from starting, one line or more each. */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  faults: Schema.Array(Schema.String)
}) {
  override get message() {
    return `azure-security did not start:\n${
      this.faults.map((fault) => `  ${fault.replaceAll("\n", "\n  ")}`).join("\n")
    }`
  }
}
