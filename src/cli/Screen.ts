/** The demo's screen: what arrived, a line an artifact, as an analyst would read it. */
import { Effect, Layer, type Stdio } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import { ArtifactSink } from "../sinks/ArtifactSink.ts"
import * as Printed from "./Printed.ts"
import { oneLine } from "./TerminalText.ts"

const colourOf: Readonly<Record<string, number>> = { critical: 95, high: 91, medium: 93, low: 94, informational: 90 }

type Paint = (text: string, colour: number) => string

const painted: Paint = (text, colour) => (text === "" ? "" : `\u001b[${colour}m${text}\u001b[0m`)
const plain: Paint = (text) => text

const clip = (text: string, width: number): string => {
  const safe = oneLine(text)
  return safe.length > width ? `${safe.slice(0, width - 1)}…` : safe
}

/** An address of the web in the form that nobody clicks on by mistake. */
const defanged = (uri: string): string => uri.replace(/^http/i, "hxxp").replaceAll(".", "[.]")

const aboutOf = (artifact: Artifact): string =>
  [
    artifact.userName,
    artifact.emailFrom === undefined ? undefined : `from ${artifact.emailFrom}`,
    artifact.clientHostname ?? artifact.clientIP,
    artifact.serverIP === undefined && artifact.serverHostname === undefined
      ? undefined
      : `→ ${artifact.serverHostname ?? artifact.serverIP}`,
    artifact.fileName ?? (artifact.program === "azure-security" ? undefined : artifact.program),
    artifact.fqdn === undefined || artifact.fqdn === artifact.clientHostname ||
      artifact.fqdn === artifact.serverHostname
      ? undefined
      : defanged(artifact.fqdn)
  ].filter((part) => part !== undefined).join("  ")

/** One artifact on one line. */
export const line = (artifact: Artifact, paint: Paint = plain): string => {
  const evidence = artifact.tags.find((tag) => tag.startsWith("evidence:"))?.slice("evidence:".length)
  const kind = artifact.streamName === "azure_security_incident" ? "incident" : evidence ?? "alert"
  const severity = paint(clip(artifact.severityLabel, 13).padEnd(13), colourOf[artifact.severityLabel] ?? 0)
  const what = evidence === undefined ? clip(artifact.ruleName, 62) : paint(clip(artifact.ruleName, 24), 90)
  const indent = evidence === undefined ? "" : "└ "
  return `${severity} ${(indent + clip(kind, 18)).padEnd(18)} ${
    paint(clip(artifact.messageType, 20).padEnd(20), 96)
  } ${what}  ${paint(clip(aboutOf(artifact), 90), 97)}`
}

/** Layer of an {@link ArtifactSink} that writes artifacts to the screen, in colour on a terminal only. */
export const layer: Layer.Layer<ArtifactSink, never, Stdio.Stdio> = Layer.effect(
  ArtifactSink,
  Effect.gen(function*() {
    const { colours, isTerminal } = yield* Printed.screen
    const paint = isTerminal ? painted : plain
    return ArtifactSink.of({
      type: "screen",
      open: Effect.succeed({
        write: ({ artifacts }) => colours(artifacts.map((artifact) => `${line(artifact, paint)}\n`).join("")),
        commit: Effect.void
      })
    })
  })
)
