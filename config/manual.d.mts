import type { Effect } from "effect"
export declare const manual: Effect.Effect<string, unknown>
