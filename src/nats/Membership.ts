/** The membership of this process: a key that it keeps renewing in a bucket with a TTL. */
import { nuid } from "@nats-io/transport-node"
import { Duration, Effect, Option, Stream } from "effect"
import { hostname } from "node:os"
import { pid } from "node:process"
import { bucketOf, removed } from "./CompareAndSet.ts"
import { answerMax, Connection } from "./Connection.ts"
import { describe } from "./NatsFailure.ts"
import { wanted } from "./Replicas.ts"
import { ask, Refused } from "./Request.ts"
import { watch } from "./Watch.ts"

/** Name of the bucket with one key per process. */
export const bucket = "AZURE_SECURITY_LEASES"

const prefix = "member."

/** Beginning of the id of a command's membership; ids of processes have no dash. */
const commandPrefix = "command-"

/** Whether a membership takes a share of the instances. */
export const takesShare = (id: string): boolean => !id.startsWith(commandPrefix)

/** What others are told of this process. */
const name = `the process ${pid} on ${hostname()}`

/** Share of the TTL for which a renewal is trusted; the rest allows for a deviating broker clock. */
const trustedPart = 0.8
/** Renewals per TTL: three may be lost. */
const renewals = 4

/** One membership, from its start until it is lost or ended. An id is never used twice. */
export interface Membership {
  readonly id: string
}

interface Own extends Membership {
  revision: number
  /** Monotonic milliseconds until which it is trusted. */
  until: number
}

/**
 * Starts a membership and renews it until the scope ends; the end of the scope removes it for all processes at once.
 */
export const open = Effect.fn("Membership.open")(function*(options: {
  /** TTL of a bucket that has to be created; an existing bucket keeps its own. */
  readonly ttl: Duration.Duration
  /** Whether it is a command's, which takes no share of the instances. */
  readonly isCommand?: boolean
  readonly monotonic: () => number
  /** Runs when the members change, this process included. */
  readonly changed: Effect.Effect<void>
}) {
  const connection = yield* Connection
  const { jsm, kvm } = connection
  const members = yield* bucketOf(bucket)
  const { stream } = members
  const { changed, isCommand = false, monotonic } = options
  let own: Own | undefined
  let ttl = Duration.toMillis(options.ttl)
  /** Memberships that ended, but may still be listed. */
  const left = new Set<string>()

  const openBucket = Effect.gen(function*() {
    const replicas = yield* Effect.provideService(wanted, Connection, connection)
    yield* ask(() => kvm.create(bucket, { history: 1, allow_direct: false, ttl, replicas }))
    const { config } = yield* ask(() => jsm.streams.info(stream))
    if (config.max_age === 0) {
      const cause = new Error("it has no TTL, so that a dead process would keep its instances: delete the bucket")
      return yield* new Refused({ cause })
    }
    ttl = config.max_age / 1_000_000
  })

  /** An unanswered renewal must not delay the next one. */
  const write = (id: string, revision: number, value: string) =>
    members.write(prefix + id, value, revision, {
      timeout: Duration.millis(Math.min(Duration.toMillis(answerMax), ttl / renewals))
    })

  const lose = Effect.suspend(() => {
    own = undefined
    return changed
  })

  const begin = Effect.gen(function*() {
    yield* openBucket
    const id = (isCommand ? commandPrefix : "") + nuid.next()
    const from = monotonic()
    const revision = yield* write(id, 0, name)
    own = { id, revision, until: from + ttl * trustedPart }
    yield* changed
  })

  const renew: (member: Own) => Effect.Effect<void, Refused> = Effect.fnUntraced(function*(member) {
    const from = monotonic()
    const renewed = yield* Effect.result(write(member.id, member.revision, name))
    if (renewed._tag === "Success") {
      member.revision = renewed.success
      // An expired membership stays lost: other processes may hold its leases by now.
      if (monotonic() < member.until) member.until = from + ttl * trustedPart
      return
    }
    if (renewed.failure._tag === "Refused") return
    // The key was dropped, or an earlier answer was lost.
    const last = yield* lastOf(member.id)
    if (Option.isNone(last) || !last.value.isValue) return yield* lose
    member.revision = last.value.revision
    yield* renew(member)
  })

  const lastOf = (id: string) => members.last(prefix + id)
  const isGone = (id: string) => Effect.map(lastOf(id), (last) => Option.isNone(last) || !last.value.isValue)

  let said: string | undefined
  const keep = Effect.gen(function*() {
    if (own !== undefined && monotonic() >= own.until) yield* lose
    yield* own === undefined ? begin : renew(own)
    said = undefined
  }).pipe(Effect.catch((error) => {
    const detail = error._tag === "Refused" ? describe(error.cause) : "another process wrote it"
    if (detail === said) return Effect.void
    said = detail
    return Effect.logWarning(`this process cannot renew its key in the bucket ${bucket}: ${detail}; trying again`)
  }))

  const leave = Effect.suspend(() => {
    const member = own
    own = undefined
    if (member === undefined) return Effect.void
    // A mark would stay for the TTL, and a process that starts meanwhile would leave this one's share alone for as long.
    return write(member.id, member.revision, removed).pipe(
      Effect.andThen((revision) => members.unmark(prefix + member.id, revision)),
      Effect.timeoutOption("1 second"),
      Effect.ignore
    )
  })

  /** By the bucket's own TTL. */
  const rest = Effect.suspend(() => Effect.sleep(Duration.millis(ttl / renewals)))
  yield* Effect.addFinalizer(() => leave)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(keep, rest)), { startImmediately: true })

  let known: ReadonlySet<string> = new Set()
  yield* Effect.forkScoped(
    watch(bucket, `${prefix}>`).pipe(Stream.runForEach((held) =>
      Effect.suspend(() => {
        const now = new Set(Array.from(held.keys(), (key) => key.slice(prefix.length)))
        const isSame = now.size === known.size && Array.from(now).every((id) => known.has(id))
        for (const id of known) if (!now.has(id)) left.add(id)
        known = now
        return isSame ? Effect.void : changed
      })
    ))
  )

  return {
    /** How often leases are looked at: by the TTL asked for, where the bucket may have another. */
    lookEvery: Duration.millis(Duration.toMillis(options.ttl) / renewals),
    /** The trusted membership of this process, or undefined. */
    current: (): Membership | undefined => own !== undefined && monotonic() < own.until ? own : undefined,
    isTrusted: (membership: Membership): boolean => own === membership && monotonic() < own.until,
    /** Ids of all memberships that the broker still lists. The mark of one that has expired is none. */
    alive: Effect.gen(function*() {
      const { state } = yield* ask(() => jsm.streams.info(stream, { subjects_filter: members.subjectOf(`${prefix}>`) }))
      const ids = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(members.subjectOf(prefix).length))
      for (const id of left) if (!ids.includes(id)) left.delete(id)
      // The watch knows values from marks; it is behind for a moment only.
      const unseen = ids.filter((id) => !known.has(id) && !left.has(id))
      for (const id of unseen) if (yield* isGone(id)) left.add(id)
      return new Set(ids.filter((id) => !left.has(id))) as ReadonlySet<string>
    }),
    /** Whether a membership has ended, asked of the stream's leader. */
    isGone,
    /** What a member says of itself; one of an earlier version has its id alone. */
    nameOf: (id: string) =>
      Effect.map(Effect.option(lastOf(id)), (found) => {
        const text = Option.match(Option.flatten(found), {
          onNone: () => "",
          onSome: ({ bytes }) => new TextDecoder().decode(bytes)
        })
        return text === "" || text === id ? `another process (member ${id})` : text
      })
  }
})
