/** The command `page`: prints a link that signs in to the page of a running connector. */
import { Effect, Option, Redacted } from "effect"
import { Command } from "effect/cli"
import { FetchHttpClient } from "effect/http"
import { isSigned } from "../http/TokenProof.ts"
import * as Asking from "./Asking.ts"
import { ExitCode } from "./ExitCode.ts"
import { linkOf, linkTerms } from "./Listening.ts"
import * as Printed from "./Printed.ts"
import * as SettingsFlag from "./SettingsFlag.ts"

/** The command `page`; only who can read the connector's token gets a link. */
export const command = Command.make(
  "page",
  { config: SettingsFlag.config, url: Asking.url },
  Effect.fn(function*({ config, url: given }) {
    const url = yield* Asking.addressOf(given)
    const link = yield* Asking.ask({ config, url }, (client, token) =>
      Effect.map(client.link.make(), (link) => ({
        ...link,
        // Only who demands a sign-in can have made a link.
        isOurs: Option.exists(token, (one) => isSigned(Redacted.value(one), link.token, link.origin, link.signature))
      })))
    if (!link.isOurs) {
      return yield* new Asking.AskRefused({
        url,
        why: "what answers there does not know the token: no link is printed"
      })
    }
    yield* Printed.text(`${linkOf(link, url.replace(/\/+$/, ""))}\n${linkTerms}.`)
    yield* ExitCode.set(ExitCode.well)
  }, Effect.provide(FetchHttpClient.layer))
).pipe(Command.withDescription("Print a link that signs in to a running connector's page once"))
