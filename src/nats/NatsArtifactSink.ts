/** Publishes artifacts into the stream that Conductor's services read. */
import { Effect, type FileSystem, Layer, type Path } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import { sha256 } from "../artifacts/ArtifactId.ts"
import { stringify } from "../artifacts/Message.ts"
import { shortenedMessageMax } from "../domain/Bounds.ts"
import type { Receipt } from "../domain/Delivery.ts"
import {
  ArtifactSink,
  ArtifactSinkError,
  type DeadLetter,
  type Payload,
  SinkUnavailable,
  type Slice
} from "../sinks/ArtifactSink.ts"
import * as FileSink from "../sinks/FileSink.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe, remedyOf } from "./NatsFailure.ts"
import { headerBytesMax, type Outgoing, type PublisherLimits, publisherLimits } from "./Outgoing.ts"
import { make as makePublisher } from "./Publisher.ts"
import { make as makeKeeper } from "./StreamKeeper.ts"
import { encode, fit } from "./Truncation.ts"

/** Where records that could not become artifacts go. */
export type DeadLetters =
  | { readonly to: "file"; readonly directory: string }
  /** `{appliance_id}.data.artifacts.unknown`, where Conductor keeps what no parser knows. */
  | { readonly to: "subject" }
  | { readonly to: "off" }

/** What the sink is made with. */
export interface NatsArtifactSinkOptions {
  /** First token of all subjects of an appliance. */
  readonly applianceId: string
  /** `raw` passes the parser, `parsed` goes behind it. */
  readonly stage: "raw" | "parsed"
  /** Artifacts, or Graph's own records; artifacts by default. */
  readonly payload?: Payload
  readonly deadLetters: DeadLetters
  readonly limits?: PublisherLimits
}

/** Subject of a stage of an appliance's artifacts. */
export const subjectOf = (applianceId: string, stage: Stage): string => `${applianceId}.data.artifacts.${stage}`

type Stage = "raw" | "parsed" | "unknown"

interface Target {
  readonly subject: string
  readonly stream: string
  readonly created: string
  /** Headers included; -1 for none. */
  readonly bytesMax: number
}

/** What to do where no stream captures a subject. */
const missingRemedy =
  "start Conductor, which makes the stream, or look at appliance_id of node.json and stage of the sink; what is read waits"

const utf8 = new TextEncoder()

/**
 * Layer of an {@link ArtifactSink} into the stream that captures the subject of the stage.
 *
 * **Details**
 *
 * The id of an artifact is the id of its message, so that the stream takes it once however often it is sent. A full or
 * missing stream, an outage and a refusal fail as {@link SinkUnavailable} in words that name them; when the same page
 * is given again, only what was not acknowledged is sent.
 *
 * **Gotchas**
 *
 * An artifact over the broker's limit is published with less of its message, and tagged so.
 */
export const layer = (
  { applianceId, deadLetters, limits = publisherLimits, payload = "artifact", stage }: NatsArtifactSinkOptions
): Layer.Layer<ArtifactSink, ArtifactSinkError, Connection | FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const { jsm, nc } = yield* Connection
      const targets = new Map<Stage, Target>()
      const { keeper, ...watched } = yield* makeKeeper(subjectOf(applianceId, stage), () => targets.clear())
      const publisher = yield* makePublisher(limits, watched)
      const inDirectory = FileSink.failing(deadLetters.to === "file" ? deadLetters.directory : "")
      const deadLetterFiles = deadLetters.to === "file"
        ? yield* FileSink.openDeadLetters(deadLetters.directory)
        : undefined
      /** Bytes of the largest artifact of the page, before it is shortened. */
      let largest = 0
      const said = new Map<Stage, string>()

      const find = Effect.fnUntraced(function*(of: Stage) {
        const known = targets.get(of)
        if (known !== undefined) return known
        const subject = subjectOf(applianceId, of)
        const found = yield* Effect.tryPromise({
          try: async () => {
            const stream = await jsm.streams.find(subject)
            const { config, created } = await jsm.streams.info(stream)
            return { subject, stream, created, bytesMax: config.max_msg_size }
          },
          catch: (cause) => {
            const isMissing = apiCodeOf(cause) === apiCode.streamNotFound
            const remedy = isMissing ? missingRemedy : remedyOf(cause)
            return new SinkUnavailable({
              detail: isMissing
                ? `no stream captures ${subject}`
                : `the stream of ${subject} cannot be looked for: ${describe(cause)}`,
              ...(remedy === undefined ? {} : { remedy })
            })
          }
        })
        targets.set(of, found)
        if (said.get(of) !== found.stream) {
          said.set(of, found.stream)
          yield* Effect.logInfo(`what goes to ${subject} is kept by the stream ${found.stream}`)
        }
        return found
      })

      /** Read when a message is sent: the broker's limit may be another after it was started again. */
      const roomIn = ({ bytesMax }: Target) =>
        Math.min(nc.info?.max_payload ?? Infinity, bytesMax < 0 ? Infinity : bytesMax) - headerBytesMax

      const artifactMessage = (target: Target) => (artifact: Artifact): Outgoing => ({
        id: artifact.id,
        subject: target.subject,
        stream: target.stream,
        payload: () => {
          const room = roomIn(target)
          largest = Math.max(largest, artifact.message.length)
          if (artifact.message.length > room) return encode(fit(artifact, room))
          const bytes = encode(artifact)
          largest = Math.max(largest, bytes.length)
          return bytes.length <= room ? bytes : encode(fit(artifact, room))
        }
      })

      /** A record has one form only: where the broker takes no message as large, its artifact's shortened message is one. */
      const recordMessage = (target: Target) => ([artifact, record]: readonly [Artifact, string]): Outgoing => ({
        ...artifactMessage(target)(artifact),
        payload: () => {
          const bytes = utf8.encode(record)
          largest = Math.max(largest, bytes.length)
          const room = roomIn(target)
          return bytes.length <= room ? bytes : utf8.encode(fit(artifact, room).message)
        }
      })

      const deadLetterMessage = (target: Target) => (whole: DeadLetter): Outgoing => {
        // No broker takes a record of megabytes. Its path and time tell it from the others.
        const isTooLong = typeof whole.record === "string" && whole.record.length > shortenedMessageMax
        const deadLetter = isTooLong ? { ...whole, record: null, truncated: true } : whole
        const text = stringify(deadLetter)
        return {
          id: sha256(text),
          subject: target.subject,
          stream: target.stream,
          payload: () => {
            const bytes = utf8.encode(text)
            return bytes.length <= roomIn(target)
              ? bytes
              : utf8.encode(stringify({ ...deadLetter, record: null, truncated: true }))
          }
        }
      }

      /** The stream may have been made anew, under another name or with another limit. */
      const failing = <A, R>(effect: Effect.Effect<A, SinkUnavailable, R>) =>
        effect.pipe(
          Effect.tapError(() => Effect.sync(() => targets.clear())),
          Effect.mapError((reason) => new ArtifactSinkError({ sink: "nats", reason }))
        )

      const sendDeadLetters = Effect.fnUntraced(function*(slice: ReadonlyArray<DeadLetter>) {
        if (slice.length > 0) yield* publisher.send(slice.map(deadLetterMessage(yield* find("unknown"))))
      })
      const sendArtifacts = Effect.fnUntraced(function*({ artifacts, records }: Slice) {
        if (artifacts.length === 0) return
        const target = yield* find(stage)
        yield* publisher.send(
          payload === "graph" && records !== undefined
            ? artifacts.map((artifact, index) => recordMessage(target)([artifact, records[index]!]))
            : artifacts.map(artifactMessage(target))
        )
      })

      /** Ends the page, with the receipt of the stream that keeps the artifacts. */
      const receipt = Effect.gen(function*() {
        const streams = yield* publisher.flush
        if (streams.size === 0) return undefined
        // Asked here: the stream may have been made anew while the page was published.
        const { created, stream } = yield* find(stage)
        const taken = streams.get(stream)
        return taken === undefined ? undefined : { stream, created, largest, ...taken } satisfies Receipt
      })

      yield* Effect.catch(
        find(stage),
        ({ detail, remedy }) => Effect.logWarning(remedy === undefined ? detail : `${detail}; ${remedy}`)
      )
      return ArtifactSink.of({
        type: "nats",
        payload,
        keeper,
        open: Effect.gen(function*() {
          const inFile = deadLetterFiles === undefined ? undefined : yield* inDirectory(deadLetterFiles.open)
          yield* publisher.begin
          largest = 0
          return {
            write: Effect.fnUntraced(function*(slice) {
              if (inFile !== undefined) yield* inDirectory(inFile.append(slice.deadLetters))
              if (deadLetters.to === "subject") yield* failing(sendDeadLetters(slice.deadLetters))
              yield* failing(sendArtifacts(slice))
            }),
            commit: Effect.gen(function*() {
              const taken = yield* failing(receipt)
              if (inFile === undefined) return taken
              yield* inDirectory(inFile.sync)
              yield* inFile.accept
              return taken
            })
          }
        })
      })
    })
  )
