import type { Effect } from "effect"
import type { HelpDoc } from "effect/cli"
export declare const docOf: (...words: ReadonlyArray<string>) => Effect.Effect<HelpDoc.HelpDoc, unknown>
export declare const manual: Effect.Effect<string, unknown>
