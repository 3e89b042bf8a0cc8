/** What the process tells its caller when it ends. */
import { Context, Effect, Layer, Ref } from "effect"

/** The exit code that a command leaves behind: 0 well, 1 failed, 2 not started. */
export class ExitCode extends Context.Service<ExitCode, Ref.Ref<number>>()("azure-security/cli/ExitCode") {
  static readonly well = 0
  static readonly failed = 1
  static readonly refused = 2
  static readonly layer = Layer.effect(ExitCode, Ref.make<number>(ExitCode.well))
  /** Leaves a code behind. */
  static readonly set = (code: number) => Effect.flatMap(ExitCode, (ref) => Ref.set(ref, code))
}
