/** The exit code of the process. */
import { Context, Effect, Layer, Ref } from "effect"
import { isReaderGone } from "../sinks/ArtifactSink.ts"

/** The exit code that a command sets: 0 success, 1 failure, 2 not started, 141 reader gone. A stop by a signal is `Stop.exitCode`. */
export class ExitCode extends Context.Service<ExitCode, Ref.Ref<number>>()("azure-security/cli/ExitCode") {
  static readonly well = 0
  static readonly failed = 1
  static readonly refused = 2
  /** 128 and SIGPIPE's number, as shells count a program that wrote to a pipe without a reader. */
  static readonly readerGone = 141
  static readonly layer = Layer.effect(ExitCode, Ref.make<number>(ExitCode.well))
  /** The exit code of a command that fails with an error. */
  static readonly ofError = (error: unknown) => isReaderGone(error) ? ExitCode.readerGone : ExitCode.failed
  /** Sets the exit code. */
  static readonly set = (code: number) => Effect.flatMap(ExitCode, (ref) => Ref.set(ref, code))
}
