/**
 * Prints for people and, as JSON, for programs. Everything that a command prints goes through here, so that nothing of a
 * remote party's controls the terminal.
 */
import { Console, Effect, Stdio, Stream } from "effect"
import { eachLine, escapedJson, oneLine, styled } from "./TerminalText.ts"

/** Prints lines. A line end inside one of them becomes a space. */
export const lines = (...texts: ReadonlyArray<string>): Effect.Effect<void> =>
  Console.log(texts.map(oneLine).join("\n"))

/** Prints a text of this program, whose line ends are its layout. */
export const text = (whole: string): Effect.Effect<void> => Console.log(eachLine(whole))

/** Prints a text as {@link text} does, to standard error. */
export const error = (whole: string): Effect.Effect<void> => Console.error(eachLine(whole))

/** Prints JSON of the same value, with controls escaped. */
export const json = (document: string): Effect.Effect<void> => Console.log(escapedJson(document))

/** What standard output offers to a command that draws on it. */
export const screen = Effect.gen(function*() {
  const stdio = yield* Stdio.Stdio
  const write = (bytes: string) =>
    // A screen that nobody looks at any more is no reason to stop.
    Effect.ignore(Stream.run(Stream.make(bytes), stdio.stdout({ endOnDone: false })))
  return {
    /** Whether it is a terminal. */
    isTerminal: yield* stdio.stdoutIsTerminal,
    /** Writes text with colours. Values in it must have gone through `oneLine` before. */
    colours: (whole: string) => write(styled(whole)),
    /** Writes a line over the one before, on a terminal. `isLast` keeps it. */
    rewrite: (line: string, isLast: boolean) => write(`\r\u001b[K${oneLine(line)}${isLast ? "\n" : ""}`)
  }
})
