/** What a request waits for at the moment, for those who show it. */
import { Context, Effect } from "effect"

/** `page`: that fewer pages are in memory; `lease`: that this process may poll; `budget`: Microsoft's limit of requests. */
export type Awaited = "page" | "lease" | "sign-in" | "budget" | "Graph"

/** The stage of the running request; every fiber that shows a request's wait provides its own. */
export const Stage = Context.Reference<{ awaited: Awaited }>("azure-security/graph/Stage", {
  defaultValue: () => ({ awaited: "Graph" })
})

/** Says that the request waits for something else from now on. */
export const awaits = (awaited: Awaited): Effect.Effect<void> =>
  Effect.map(Stage, (stage) => {
    stage.awaited = awaited
  })
