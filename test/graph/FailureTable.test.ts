import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Random, Ref, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { type FailureCode, failures, onFailure } from "../../src/graph/FailureTable.ts"
import {
  BodyTooLarge,
  DecodeFailed,
  Forbidden,
  GraphError,
  Rejected,
  Retired,
  Throttled,
  Unauthorized,
  Unavailable
} from "../../src/graph/GraphError.ts"
import { requestBudget, retryAfterMax } from "../../src/graph/Limits.ts"
import { cooldownAfter, pageRetry, reprobeAfter, tokenBackoffAfter, tokenRetryAfter } from "../../src/graph/Retries.ts"
import { services } from "../../src/graph/Services.ts"

type Reason = GraphError["reason"]

const refused = (by: Unauthorized["by"]) => new Unauthorized({ by, meaning: "The secret is wrong", remedy: "Paste it" })
const denied = (why: Forbidden["why"]) =>
  new Forbidden({ why, requiredPermissions: ["SecurityAlert.Read.All"], tokenRoles: [] })
const gone = (kind: Unavailable["kind"]) => new Unavailable({ kind, detail: "HTTP 503" })

/** Every reason in every form that has a row of its own. */
const reasons: Readonly<Record<FailureCode, Reason>> = {
  credentials_refused: refused("login"),
  token_refused: refused("graph"),
  missing_permission: denied("missing_role"),
  not_licensed: denied("not_licensed"),
  conditional_access: denied("conditional_access"),
  forbidden: denied("unknown"),
  throttled: new Throttled({}),
  service_unavailable: gone("http"),
  service_paused: new Unavailable({ kind: "http", detail: "HTTP 503", retryAfter: Duration.minutes(30) }),
  network_failed: gone("network"),
  dns_failed: gone("dns"),
  tls_failed: gone("tls"),
  tls_wrong_host: gone("wrong_host"),
  proxy_failed: gone("proxy"),
  timed_out: gone("timeout"),
  body_unreadable: gone("body"),
  body_too_large: new BodyTooLarge({ bytesMax: 16 }),
  endpoint_retired: new Retired({}),
  request_rejected: new Rejected({ request: "/v1.0/security/incidents?$top=51" }),
  page_malformed: new DecodeFailed({ issue: "Expected array\n  at [\"value\"]" })
}

const minutes = (duration: Duration.Duration) => Duration.toMinutes(duration)

describe("the failure table and the waits", () => {
  describe("onFailure", () => {
    for (const [code, row] of Object.entries(failures)) {
      it(`reacts to ${code} as its row of the table says`, () => {
        const reason = reasons[code as FailureCode]
        const reaction = onFailure(reason)
        assert.strictEqual(reason._tag, row.error)
        assert.strictEqual(reaction.code, code)
        assert.strictEqual(reaction.state, row.state)
        assert.strictEqual(reaction.then, row.then)
        assert.notInclude(reaction.remedy, "\n")
        assert.isAtMost(reaction.remedy.length, 200)
      })
    }

    it("has a row for each reason, and a reason for each row", () => {
      const tags = new Set(Object.values(reasons).map((reason) => reason._tag))
      const all = GraphError.fields.reason.members.map((member) => member.fields._tag.schema.literal)
      assert.deepStrictEqual([...tags].sort(), [...all].sort())
    })

    it("retries only failures that may pass by themselves", () => {
      const retried = Object.entries(failures).filter(([, row]) => row.then === "retry_page").map(([code]) => code)
      assert.notIncludeMembers(retried, ["throttled"])
      for (const code of retried) assert.include(["Unavailable", "DecodeFailed"], reasons[code as FailureCode]._tag)
    })

    it("names the permission to grant, and repeats the token endpoint's remedy", () => {
      assert.include(onFailure(denied("missing_role")).remedy, "SecurityAlert.Read.All")
      assert.strictEqual(onFailure(refused("login")).remedy, "Paste it")
    })
  })

  describe("cooldownAfter", () => {
    it.effect("grows from 10 over 20 and 40 to 60 minutes and stays there", () =>
      Effect.gen(function*() {
        const grown = [0, 1, 2, 3, 4, 50].map((level) => cooldownAfter(services.security, level, undefined))
        assert.deepStrictEqual(grown.map(minutes), [10, 20, 40, 60, 60, 60])
      }))

    it.effect("is lengthened by Retry-After up to a day, and never shortened", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(
          [0, 1, 2, 6, 9].map((level) => Duration.toSeconds(cooldownAfter(services.reports, level, undefined))),
          [15, 30, 60, 600, 600]
        )
        assert.strictEqual(Duration.toSeconds(cooldownAfter(services.identityProtection, 0, undefined)), 5)
        assert.strictEqual(minutes(cooldownAfter(services.security, 0, Duration.seconds(30))), 10)
        assert.strictEqual(minutes(cooldownAfter(services.security, 0, Duration.minutes(11))), 11)
        assert.strictEqual(minutes(cooldownAfter(services.security, 3, Duration.hours(2))), 120)
        assert.deepStrictEqual(cooldownAfter(services.security, 0, Duration.days(365)), retryAfterMax.throttled)
      }))
  })

  it.effect("probes a forbidden endpoint at its interval first, then down to hourly", () =>
    Effect.gen(function*() {
      const grown = [0, 1, 2, 3, 4, 9].map((level) => reprobeAfter(level, Duration.minutes(5)))
      assert.deepStrictEqual(grown.map(minutes), [5, 10, 20, 40, 60, 60])
      assert.strictEqual(minutes(reprobeAfter(5, Duration.hours(4))), 240)
    }))

  it.effect("asks a refusing token endpoint after 30 s, doubling to 10 minutes", () =>
    Effect.gen(function*() {
      const grown = [0, 1, 2, 3, 4, 5, 9].map((level) => tokenBackoffAfter(level))
      assert.deepStrictEqual(grown.map(Duration.toSeconds), [30, 60, 120, 240, 480, 600, 600])
    }))

  it.effect("asks a failing token endpoint after 1 s, doubling to 30 s, or after its Retry-After", () =>
    Effect.gen(function*() {
      const grown = [0, 1, 2, 3, 4, 5, 9].map((level) => tokenRetryAfter(level, undefined))
      assert.deepStrictEqual(grown.map(Duration.toSeconds), [1, 2, 4, 8, 16, 30, 30])
      assert.strictEqual(minutes(tokenRetryAfter(0, Duration.minutes(20))), 20)
    }))

  it("keeps every minute below Graph's 150 requests, the burst included", () => {
    const perMinute = requestBudget.limit * Duration.toMillis("1 minute") / Duration.toMillis(requestBudget.window)
    assert.strictEqual(perMinute, 100)
    assert.isAtMost(requestBudget.limit + perMinute, 150)
  })

  describe("pageRetry", () => {
    /** Random numbers close to 1, so that jitter shortens no delay. */
    const noJitter = Effect.provideService(Random.Random, {
      nextIntUnsafe: () => Number.MAX_SAFE_INTEGER,
      nextDoubleUnsafe: () => 1
    })

    const triesUntil = (reason: Reason) =>
      Effect.gen(function*() {
        const tries = yield* Ref.make(0)
        const failing = Ref.update(tries, (n) => n + 1).pipe(
          Effect.andThen(Effect.fail(new GraphError({ endpoint: "alerts_v2", operation: "page", reason })))
        )
        const fiber = yield* failing.pipe(Effect.retry(pageRetry), Effect.exit, noJitter, Effect.forkChild)
        return { tries: Ref.get(tries), fiber }
      })

    it.effect("tries a page four times, after 1, 2 and 4 seconds", () =>
      Effect.gen(function*() {
        const run = yield* triesUntil(gone("http"))
        yield* TestClock.adjust("999 millis")
        assert.strictEqual(yield* run.tries, 1)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* run.tries, 2)
        yield* TestClock.adjust("1999 millis")
        assert.strictEqual(yield* run.tries, 2)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* run.tries, 3)
        yield* TestClock.adjust("4 seconds")
        assert.isTrue(Exit.isFailure(yield* Fiber.join(run.fiber)))
        assert.strictEqual(yield* run.tries, 4)
      }))

    it.effect("waits at least Retry-After", () =>
      Effect.gen(function*() {
        const run = yield* triesUntil(
          new Unavailable({ kind: "http", detail: "HTTP 503", retryAfter: Duration.seconds(7) })
        )
        yield* TestClock.adjust("6999 millis")
        assert.strictEqual(yield* run.tries, 1)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* run.tries, 2)
        yield* Fiber.interrupt(run.fiber)
      }))

    it.effect("ends at once for failures that a retry cannot fix", () =>
      Effect.gen(function*() {
        for (const reason of [reasons.throttled, reasons.request_rejected, reasons.missing_permission]) {
          const run = yield* triesUntil(reason)
          yield* Fiber.join(run.fiber)
          assert.strictEqual(yield* run.tries, 1)
        }
      }))

    it.effect("never waits longer than 30 s unless Graph asks for more", () =>
      Effect.gen(function*() {
        const step = yield* Schedule.toStep(pageRetry)
        const error = new GraphError({ endpoint: "alerts", operation: "page", reason: gone("timeout") })
        for (let index = 0; index < 3; index++) {
          const [, delay] = yield* step(0, error)
          assert.isAtMost(Duration.toSeconds(delay), 30)
        }
      }))
  })
})
