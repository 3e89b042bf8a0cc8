/** The exit code of the process. */
import { Context, Effect, Layer, Ref } from "effect"

/** The exit code that a command sets: 0 success, 1 failure, 2 not started. */
export class ExitCode extends Context.Service<ExitCode, Ref.Ref<number>>()("azure-security/cli/ExitCode") {
  static readonly well = 0
  static readonly failed = 1
  static readonly refused = 2
  static readonly layer = Layer.effect(ExitCode, Ref.make<number>(ExitCode.well))
  /** Sets the exit code. */
  static readonly set = (code: number) => Effect.flatMap(ExitCode, (ref) => Ref.set(ref, code))
}
