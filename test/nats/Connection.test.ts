import { assert, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Logger, Redacted, Schedule, Stream, SubscriptionRef } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type Server } from "node:net"
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

/** A private CA, and certificates of a server and a client from it, in a directory that ends with the scope. */
const certificates = Effect.gen(function*() {
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
  return directory
})

/** A server that answers as a broker without TLS does, and keeps what it receives. */
const plainServer = (port = 0) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: Server; readonly received: Array<string> }>((resume) => {
      const received: Array<string> = []
      const server = createServer((socket) => {
        const index = received.push("") - 1
        socket.setEncoding("utf8").on("data", (text: string) => received[index] += text).on("error", () => undefined)
        socket.write(`INFO {"server_id":"x","version":"2.10.0","proto":1,"headers":true,"max_payload":1048576}\r\n`)
      })
      server.listen(port, "127.0.0.1", () => resume(Effect.succeed({ server, received })))
    }),
    ({ server }) => Effect.sync(() => server.close())
  ).pipe(Effect.map(({ received, server }) => {
    const address = server.address()
    return { received, url: `nats://127.0.0.1:${typeof address === "object" ? address?.port : ""}` }
  }))

const logged = (lines: Array<string>) =>
  Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]))

const waitUntil = (is: () => boolean) =>
  Effect.sync(is).pipe(Effect.repeat({ until: (now) => now, schedule: Schedule.spaced(10) }))

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
      const directory = yield* certificates
      const file = (name: string) => join(directory, name)
      const server = yield* start(
        `tls { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}", ca_file: "${
          file("ca.pem")
        }", verify: true }`
      )
      const whole = { ca: file("ca.pem"), certificate: file("client.pem"), key: file("client.key") }
      const { isEncrypted, jsm } = yield* connected({ servers: [server.url], tls: whole })
      assert.isTrue(isEncrypted)
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

  it.live("sends credentials to no server that offers no TLS, however they and the TLS are configured", () =>
    Effect.scoped(Effect.gen(function*() {
      const directory = yield* certificates
      const ca = { ca: join(directory, "ca.pem") }
      const certificate = { certificate: join(directory, "client.pem"), key: join(directory, "client.key") }
      const user = { user: "u", password: Redacted.make("s3cret") }
      for (
        const options of [
          { ...user, tls: ca },
          { ...user, tls: certificate },
          { tls: { ...ca, ...certificate } },
          { token: Redacted.make("s3cret"), tls: ca },
          { credentials: join(directory, "client.key"), tls: ca },
          { ...user, isTls: true }
        ]
      ) {
        const { received, url } = yield* plainServer()
        const lines: Array<string> = []
        const { isTls = false, ...rest } = options as typeof options & { readonly isTls?: boolean }
        const servers = [isTls ? url.replace("nats://", "tls://") : url]
        const waiting = yield* Effect.forkChild(Effect.scoped(connected({ servers, ...rest })).pipe(logged(lines)))
        yield* waitUntil(() => received.length >= 3)
        yield* Fiber.interrupt(waiting)
        assert.strictEqual(received.join(""), "")
        assert.strictEqual(lines.length, 1, lines.join("\n"))
        assert.match(
          lines[0]!,
          /offers no TLS and is not trusted with credentials and artifacts: turn TLS on there, or find out who answers/
        )
        assert.strictEqual(lines[0]!.includes("NATS_ALLOW_PLAINTEXT=1"), !isTls)
      }
    })))

  it.live("speaks to a broker without TLS where it has no credentials, or may send them, and says so", () =>
    Effect.scoped(Effect.gen(function*() {
      const directory = yield* certificates
      const tls = { ca: join(directory, "ca.pem") }
      const user = { user: "u", password: Redacted.make("p") }
      const open = yield* start()
      const named = yield* start(`authorization { user: "u", password: "p" }`)
      for (
        const options of [{ servers: [open.url], tls }, { servers: [named.url], tls, ...user, allowsPlaintext: true }]
      ) {
        const lines: Array<string> = []
        yield* Effect.scoped(connected(options)).pipe(logged(lines))
        assert.match(lines.join("\n"), /speaks no TLS: the connection to it is not encrypted/)
      }
    })))

  it.live("sends nothing to a server without TLS that answers in the broker's place after an outage", () =>
    Effect.scoped(Effect.gen(function*() {
      const directory = yield* certificates
      const file = (name: string) => join(directory, name)
      const server = yield* start(`tls { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}" }
         authorization { user: "u", password: "p" }`)
      const user = { user: "u", password: Redacted.make("p") }
      const connection = yield* connected({ servers: [server.url], tls: { ca: file("ca.pem") }, ...user })
      yield* server.kill
      yield* until(connection, "away")
      yield* Effect.scoped(Effect.gen(function*() {
        const { received } = yield* plainServer(server.port)
        yield* waitUntil(() => received.length >= 3)
        assert.strictEqual(received.join(""), "")
      }))
      yield* server.restart
      yield* until(connection, "here")
      assert.strictEqual((yield* Effect.promise(() => connection.jsm.getAccountInfo())).streams, 0)
    })))
})
