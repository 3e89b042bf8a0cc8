import { assert, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Logger, Redacted, Schedule, Stream, SubscriptionRef } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Connection, type ConnectionOptions, type Presence } from "../../src/nats/Connection.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"

const connected = (options: ConnectionOptions) =>
  Effect.map(Layer.build(Connection.layer(options)), (context) => Context.get(context, Connection))

/** Waits until the connection has the given presence. */
const until = (connection: Connection["Service"], presence: Presence) =>
  Stream.runHead(Stream.filter(SubscriptionRef.changes(connection.presence), (now) => now === presence))

describeNats("Connection", () => {
  it.live("waits for a broker that is not up, and reconnects after a kill", () =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* start()
      yield* server.kill
      const joining = yield* Effect.forkChild(Effect.scoped(Effect.gen(function*() {
        const connection = yield* connected({ servers: [server.url] })
        assert.strictEqual((yield* Effect.promise(() => connection.jsm.getAccountInfo())).streams, 0)
        yield* server.kill
        yield* until(connection, "away")
        yield* server.restart
        yield* until(connection, "here")
        assert.strictEqual((yield* Effect.promise(() => connection.jsm.getAccountInfo())).streams, 0)
      })))
      yield* server.restart
      yield* Fiber.join(joining)
    })))

  it.live("sends user and password, or a token, to a broker that asks for them, and waits when it refuses", () =>
    Effect.scoped(Effect.gen(function*() {
      const answers = Effect.fnUntraced(function*(options: ConnectionOptions) {
        const { jsm } = yield* connected(options)
        return (yield* Effect.promise(() => jsm.getAccountInfo())).streams
      })
      const named = yield* start(`authorization { user: "u", password: "p" }`)
      assert.strictEqual(yield* answers({ servers: [named.url], user: "u", password: Redacted.make("p") }), 0)
      const tokened = yield* start(`authorization { token: "t0k3n" }`)
      assert.strictEqual(yield* answers({ servers: [tokened.url], token: Redacted.make("t0k3n") }), 0)

      const lines: Array<string> = []
      const refused = yield* Effect.forkChild(
        answers({ servers: [named.url], user: "u", password: Redacted.make("wr0ng") }).pipe(
          Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]))
        )
      )
      yield* Effect.sync(() => lines.length).pipe(Effect.repeat({ until: (n) => n > 0, schedule: Schedule.spaced(10) }))
      yield* Fiber.interrupt(refused)
      assert.match(lines.join(), /no connection to the broker .*uthorization.*; waiting for it/)
      assert.notInclude(lines.join(), "wr0ng")
    })))

  it.live("trusts a private CA, sends its certificate, and reports what is wrong with either", () =>
    Effect.scoped(Effect.gen(function*() {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "nats-tls-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const openssl = (...words: ReadonlyArray<string>) =>
        execFileSync("openssl", words, { cwd: directory, stdio: "ignore" })
      const key = ["-newkey", "rsa:2048", "-nodes"]
      openssl("req", "-x509", ...key, "-subj", "/CN=Private CA", "-keyout", "ca.key", "-out", "ca.pem")
      for (const name of ["server", "client"]) {
        openssl(
          "req",
          ...key,
          "-subj",
          `/CN=${name}`,
          "-addext",
          "subjectAltName=IP:127.0.0.1,DNS:localhost",
          "-keyout",
          `${name}.key`,
          "-out",
          `${name}.csr`
        )
        openssl(
          "x509",
          "-req",
          "-in",
          `${name}.csr`,
          "-CA",
          "ca.pem",
          "-CAkey",
          "ca.key",
          "-copy_extensions",
          "copy",
          "-out",
          `${name}.pem`
        )
      }
      const file = (name: string) => join(directory, name)
      const server = yield* start(
        `tls { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}", ca_file: "${
          file("ca.pem")
        }", verify: true }`
      )
      const whole = { ca: file("ca.pem"), certificate: file("client.pem"), key: file("client.key") }
      const { jsm } = yield* connected({ servers: [server.url], tls: whole })
      assert.strictEqual((yield* Effect.promise(() => jsm.getAccountInfo())).streams, 0)

      const complaint = Effect.fnUntraced(function*(tls: NonNullable<ConnectionOptions["tls"]>) {
        const lines: Array<string> = []
        const waiting = yield* Effect.forkChild(
          Effect.scoped(connected({ servers: [server.url], tls })).pipe(
            Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]))
          )
        )
        yield* Effect.sync(() => lines.length).pipe(
          Effect.repeat({ until: (n) => n > 0, schedule: Schedule.spaced(10) })
        )
        yield* Fiber.interrupt(waiting)
        return lines[0]
      })
      assert.match(
        (yield* complaint({ certificate: whole.certificate, key: whole.key }))!,
        /CA of the broker's certificate/
      )
      assert.match((yield* complaint({ ca: whole.ca }))!, /client certificate/)
    })))
})
