/** A start that was refused: every fault in one message, nothing started, exit 2. */
import { Schema } from "effect"

/** What keeps the program from starting. */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  faults: Schema.Array(Schema.String)
}) {
  override get message() {
    return `azure-security did not start:\n${
      this.faults.map((fault) => `  ${fault.replaceAll("\n", "\n  ")}`).join("\n")
    }`
  }
}
