/** Publishes artifacts to the stream that Conductor's services read. */
import { Effect, type FileSystem, Layer, type Path } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import { sha256 } from "../artifacts/ArtifactId.ts"
import { stringify } from "../artifacts/Message.ts"
import { sliceArtifacts } from "../domain/Bounds.ts"
import { ArtifactSink, ArtifactSinkError, type Batch, type DeadLetter, SinkUnavailable } from "../sinks/ArtifactSink.ts"
import { makeDeadLetters } from "../sinks/FileSink.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe } from "./NatsFailure.ts"
import { headerBytesMax, make as makePublisher, type Outgoing, publisherLimits } from "./Publisher.ts"
import { encode, fit } from "./Truncation.ts"

/** Where records go that could not become artifacts. */
export type DeadLetters =
  | { readonly to: "file"; readonly directory: string }
  /** `{appliance_id}.data.artifacts.unknown`, where Conductor keeps what no parser knows. */
  | { readonly to: "subject" }
  | { readonly to: "off" }

/** The options of the sink. */
export interface NatsArtifactSinkOptions {
  /** First token of all subjects of an appliance. */
  readonly applianceId: string
  /** `raw` enters the pipeline before the parser, `parsed` behind it. */
  readonly stage: "raw" | "parsed"
  readonly deadLetters: DeadLetters
  readonly limits?: Parameters<typeof makePublisher>[0]
}

/** Returns the subject of a stage of an appliance's artifacts. */
export const subjectOf = (applianceId: string, stage: Stage): string => `${applianceId}.data.artifacts.${stage}`

type Stage = "raw" | "parsed" | "unknown"

interface Target {
  readonly subject: string
  readonly stream: string
  /** The stream's limit for a message including headers; -1 for no limit. */
  readonly bytesMax: number
}

const utf8 = new TextEncoder()

/** Yields the artifacts after the first `from`, in slices. */
function* slices(artifacts: Iterable<Artifact>, from: number): Generator<ReadonlyArray<Artifact>> {
  let slice: Array<Artifact> = []
  let index = 0
  for (const artifact of artifacts) {
    if (index++ < from) continue
    slice.push(artifact)
    if (slice.length < sliceArtifacts) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}

/**
 * Layer of an {@link ArtifactSink} into the stream that captures the subject of the stage.
 *
 * The id of an artifact is the id of its message, so that the stream stores it once however often it is sent. A full or
 * missing stream, an outage and a refusal fail as {@link SinkUnavailable}, whose message names the cause. When the same
 * batch is passed again, only unacknowledged artifacts are sent.
 *
 * An artifact over the broker's limit is published with a shortened message and a tag. Dead letters in a file have no
 * id: they are written once per batch object.
 */
export const layer = (
  { applianceId, deadLetters, limits = publisherLimits, stage }: NatsArtifactSinkOptions
): Layer.Layer<ArtifactSink, ArtifactSinkError, Connection | FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const { jsm, nc } = yield* Connection
      const publisher = yield* makePublisher(limits)
      const toFile = deadLetters.to === "file" ? yield* makeDeadLetters(deadLetters.directory) : undefined
      const inFile = new WeakSet<Batch>()
      /** Acknowledged artifacts per batch: a failed batch comes again. */
      const sent = new WeakMap<Batch, number>()
      const targets = new Map<Stage, Target>()
      const said = new Map<Stage, string>()

      const find = Effect.fnUntraced(function*(of: Stage) {
        const known = targets.get(of)
        if (known !== undefined) return known
        const subject = subjectOf(applianceId, of)
        const found = yield* Effect.tryPromise({
          try: async () => {
            const stream = await jsm.streams.find(subject)
            const { config } = await jsm.streams.info(stream)
            return { subject, stream, bytesMax: config.max_msg_size }
          },
          catch: (cause) =>
            new SinkUnavailable({
              detail: apiCodeOf(cause) === apiCode.streamNotFound
                ? `no stream captures ${subject}: make one, or look at appliance_id and stage`
                : `the stream of ${subject} cannot be looked for: ${describe(cause)}`
            })
        })
        targets.set(of, found)
        if (said.get(of) !== found.stream) {
          said.set(of, found.stream)
          yield* Effect.logInfo(`artifacts on ${subject} are kept by the stream ${found.stream}`)
        }
        return found
      })

      /** Read at each message: the broker's limit may change when the broker restarts. */
      const roomIn = ({ bytesMax }: Target) =>
        Math.min(nc.info?.max_payload ?? Infinity, bytesMax < 0 ? Infinity : bytesMax) - headerBytesMax

      const artifactMessage = (target: Target) => (artifact: Artifact): Outgoing => ({
        id: artifact.id,
        subject: target.subject,
        stream: target.stream,
        payload: () => {
          const bytes = encode(artifact)
          const room = roomIn(target)
          return bytes.length <= room ? bytes : encode(fit(artifact, room))
        }
      })

      const deadLetterMessage = (target: Target) => (deadLetter: DeadLetter): Outgoing => {
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

      const publishDeadLetters = Effect.fnUntraced(function*(batch: Batch) {
        if (deadLetters.to === "subject") {
          const messages = Array.from(batch.deadLetters)
          if (messages.length > 0) yield* publisher.publish(messages.map(deadLetterMessage(yield* find("unknown"))))
        } else if (toFile !== undefined && !inFile.has(batch)) {
          yield* toFile(batch.deadLetters)
          inFile.add(batch)
        }
      })

      const publishArtifacts = Effect.fnUntraced(function*(batch: Batch) {
        let done = sent.get(batch) ?? 0
        for (const slice of slices(batch.artifacts, done)) {
          yield* publisher.publish(slice.map(artifactMessage(yield* find(stage))))
          done += slice.length
          sent.set(batch, done)
        }
      })

      const publish = (batch: Batch) =>
        Effect.andThen(publishDeadLetters(batch), publishArtifacts(batch)).pipe(
          // The stream may have been created again under another name or with another limit.
          Effect.tapError(() => Effect.sync(() => targets.clear())),
          Effect.catchTag("SinkUnavailable", (reason) => new ArtifactSinkError({ sink: "nats", reason }))
        )

      yield* Effect.catch(find(stage), ({ detail }) => Effect.logWarning(detail))
      return ArtifactSink.of({ type: "nats", publish })
    })
  )
