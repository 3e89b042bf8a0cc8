/** The command `demo`: polls a simulated tenant in the same process and shows its artifacts. */
import { type Context, Effect, FileSystem, Layer, Option, Redacted, Scope, SubscriptionRef } from "effect"
import { Command, Flag } from "effect/cli"
import { randomBytes } from "node:crypto"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import { StateStore } from "../checkpoints/StateStore.ts"
import { Audit } from "../config/Audit.ts"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import { type Documents, SettingsStore } from "../config/SettingsStore.ts"
import type { Admission } from "../http/Access.ts"
import { Backend } from "../http/Backend.ts"
import { Status } from "../status/Status.ts"
import { version } from "../status/Version.ts"
import * as Assembly from "./Assembly.ts"
import { ExitCode } from "./ExitCode.ts"
import { linkTerms, listen, listenDefault } from "./Listening.ts"
import * as Logging from "./Logging.ts"
import * as PageToken from "./PageToken.ts"
import * as Printed from "./Printed.ts"
import * as Screen from "./Screen.ts"
import * as SearchLayer from "./SearchLayer.ts"
import { serve, simulatedInstance } from "./SimulateCommand.ts"
import { Refusal } from "./StartRefusal.ts"

const documentFor = (origin: string) => ({
  enabled: true,
  integration_type: "microsoft_graph",
  ...simulatedInstance(origin),
  display_name: "Contoso (demo)",
  poll_interval_minutes: 1,
  endpoints: { incidents: { poll_interval_minutes: 1 } }
})

/** Listens on the default port or, when it is taken, on any free port. */
const listenSomewhere = Effect.fnUntraced(
  function*(admission: Admission, context: Context.Context<Audit | Backend | Status>, scope: Scope.Scope) {
    const usual = yield* listen(Option.some(listenDefault), admission, context, scope)
    return usual.origin === undefined ? yield* listen(Option.some("127.0.0.1:0"), admission, context, scope) : usual
  }
)

/** The demo leaves nothing behind, so its token is only in memory. */
const inMemory = (page: Settings["page"]): PageToken.Admitted => ({
  admission: {
    token: Option.some(Redacted.make(randomBytes(32).toString("base64url"))),
    why: "open the link that the demo printed; a new start prints a new one",
    page
  },
  faults: [],
  warnings: []
})

const beginning = (link: string | undefined) =>
  `Contoso is a simulated tenant: a phishing campaign, a click, and the attack that followed. No Azure, no account.
Polled every minute: alerts (legacy), alerts_v2 and incidents. Each line is an artifact, evidence (└) under its alert.
${link === undefined ? "" : `\nThe page: ${link}\n${linkTerms}.\n`}`

const end = (once: boolean, published: number) =>
  `\n${published} artifacts went to this screen${
    once ? "" : " until you stopped it"
  }. With settings of your own they go to files: see "A first tenant" in the README.`

export const command = Command.make(
  "demo",
  {
    once: Flag.Boolean("once").pipe(Flag.withDefault(false), Flag.withDescription("Poll each endpoint once, then exit"))
  },
  Effect.fn(function*({ once }) {
    const fs = yield* FileSystem.FileSystem
    const scope = yield* Scope.Scope
    const origin = yield* serve(0)
    const documents = yield* SubscriptionRef.make<Documents>({ "contoso-demo": documentFor(origin) })
    const settings = Layer.merge(
      Layer.orDie(SettingsSource.layerMemory(documents)),
      SettingsStore.layerMemory(documents)
    )
    const logging = Logging.layer({ format: "text", level: "Info", toStderr: false })
    const context = yield* Effect.provide(
      Layer.buildWithScope(Layer.mergeAll(Status.layer(version), Backend.layer, Audit.layer), scope),
      logging
    )
    const page = yield* Effect.map(Effect.provide(SettingsSource, settings), ({ initial }) => initial.page)
    const { admission, faults } = yield* PageToken.fromEnvironment(page, Effect.succeed(inMemory(page)))
    if (faults.length > 0) return yield* new Refusal({ faults })
    const listening = once ? undefined : yield* listenSomewhere(admission, context, scope)
    yield* Printed.text(beginning(listening === undefined ? undefined : yield* listening.invite))
    yield* Effect.gen(function*() {
      const { initial } = yield* SettingsSource
      const kept = yield* fs.makeTempDirectoryScoped({ prefix: "azure-security-demo-" })
      const status = yield* Status
      const code = yield* Assembly.poll({
        settings: initial,
        stores: Layer.merge(
          SearchLayer.overCopies(Screen.layer, kept, initial.search),
          Layer.provide(Checkpoints.layer, StateStore.layerMemory)
        )
      }, { once }).pipe(
        Effect.ensuring(Effect.flatMap(status.snapshot, ({ sink }) => Printed.text(end(once, sink.published))))
      )
      yield* ExitCode.set(code)
    }).pipe(Effect.provideContext(context), Effect.provide([settings, logging]))
  }, Effect.scoped)
).pipe(Command.withDescription("Show the main job on a simulated tenant: artifacts on the screen within seconds"))
