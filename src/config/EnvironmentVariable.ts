/** Reads environment variables. */
import { Config, Effect, Option } from "effect"

/** Returns a variable without the blanks around it; none when it is not set or blank. */
export const variable = (name: string): Effect.Effect<Option.Option<string>> =>
  Effect.map(
    Effect.option(Config.String(name)),
    (value) => value.pipe(Option.map((text) => text.trim()), Option.filter((text) => text !== ""))
  )
