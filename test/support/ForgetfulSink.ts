/** A sink like a stream of the broker, in memory, that can lose what it acknowledged. */
import { Effect, Layer, Stream, SubscriptionRef } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { type Asked, isWhole, judge } from "../../src/checkpoints/Deliveries.ts"
import { type Deliveries, idDigits } from "../../src/domain/Delivery.ts"
import { ArtifactSink, type Slice } from "../../src/sinks/ArtifactSink.ts"

interface Message {
  readonly sequence: number
  readonly artifact: Artifact
}

/** Makes the stream, which outlives the connector. */
export const make = () => {
  let messages: ReadonlyArray<Message> = []
  let [created, first, last] = ["2026-11-20T00:00:00Z", 1, 0]
  const held = new Map<string, number>()
  const looks = Effect.runSync(SubscriptionRef.make(0))

  const take = (artifact: Artifact): number => {
    const before = held.get(artifact.id.slice(0, idDigits)) ??
      messages.find((message) => message.artifact.id === artifact.id)?.sequence
    if (before !== undefined) return before
    messages = [...messages, { sequence: ++last, artifact }]
    return last
  }
  const asked = (): Asked<never> => ({
    stream: "S",
    created,
    first,
    last,
    madeAt: undefined,
    idAt: (sequence) =>
      Effect.sync(() => messages.find((message) => message.sequence === sequence)?.artifact.id.slice(0, idDigits))
  })

  const layer = Layer.succeed(ArtifactSink, {
    type: "nats",
    keeper: {
      judge: (deliveries) => judge(deliveries, asked()),
      watch: Effect.succeed((of: () => Deliveries | undefined) =>
        Stream.drop(SubscriptionRef.changes(looks), 1).pipe(
          Stream.filterEffect(() => {
            const deliveries = of()
            return deliveries === undefined
              ? Effect.succeed(false)
              : Effect.map(isWhole(deliveries, asked()), (whole) => !whole)
          }),
          Stream.runHead,
          Effect.asVoid
        )
      ),
      hold: (_, from) =>
        Effect.sync(() => {
          held.clear()
          for (const { artifact, sequence } of messages) {
            if (sequence >= from) held.set(artifact.id.slice(0, idDigits), sequence)
          }
        })
    },
    open: Effect.sync(() => {
      const page: Array<Artifact> = []
      return {
        write: (slice: Slice) => Effect.sync(() => void page.push(...slice.artifacts)),
        commit: Effect.sync(() => {
          const taken = page.map((artifact) => ({ artifact, sequence: take(artifact) }))
          const newest = taken.toSorted((one, other) => other.sequence - one.sequence)[0]
          return newest === undefined ? undefined : {
            stream: "S",
            created,
            first: Math.min(...taken.map(({ sequence }) => sequence)),
            last: newest.sequence,
            id: newest.artifact.id.slice(0, idDigits),
            count: taken.length,
            largest: 100
          }
        })
      }
    })
  })

  return {
    layer,
    /** Ids in the stream, in order. */
    ids: () => messages.map(({ artifact }) => artifact.id),
    /** Goes back to an older copy, as a store does that was not synced. */
    forget: (sequence: number) => {
      messages = messages.filter((message) => message.sequence <= sequence)
      last = Math.min(last, sequence)
      held.clear()
    },
    /** Forgets the oldest, as limits and a purge do. */
    trim: (sequence: number) => {
      messages = messages.filter((message) => message.sequence >= sequence)
      first = sequence
    },
    /** Is deleted and made again. */
    remake: (at: string) => {
      messages = []
      created = at
      first = 1
      last = 0
      held.clear()
    },
    /** Somebody looks whether all is there. */
    look: SubscriptionRef.update(looks, (n) => n + 1)
  }
}
