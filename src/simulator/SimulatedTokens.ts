/** The tokens of the simulated Entra ID and Graph. */
import { Effect, Ref, Schema } from "effect"
import { Buffer } from "node:buffer"
import type { Stamp } from "./Answer.ts"

/** The meaning of a token. Its roles are those at its issue, as with Microsoft. */
export interface Grant {
  readonly tenant: string
  readonly roles: ReadonlyArray<string>
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Place in the order of issue, from 1. */
  readonly number: number
}

const secondsOfLife = 3599
const tokensMax = 10_000

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))
const part = (value: object): string => Buffer.from(toJson(value)).toString("base64url")

/** Creates the token register; it keeps up to 10,000 tokens, for a day after they expire. */
export const make = Effect.gen(function*() {
  const state = yield* Ref.make({ issued: 0, grants: new Map<string, Grant>() })
  return {
    issued: Effect.map(Ref.get(state), ({ issued }) => issued),
    /** Issues a token, and returns the token endpoint's body. */
    issue: ({ audience, clientId, roles, stamp, tenant }: {
      readonly stamp: Stamp
      readonly tenant: string
      readonly clientId: string
      readonly audience: string
      readonly roles: ReadonlyArray<string>
    }) =>
      Ref.modify(state, ({ grants, issued }) => {
        const second = Math.floor(stamp.now / 1000)
        const claims = {
          aud: audience,
          iss: `https://sts.windows.net/${tenant}/`,
          iat: second,
          nbf: second,
          exp: second + secondsOfLife,
          appid: clientId,
          app_displayname: "WitFoo connector (simulated)",
          idtyp: "app",
          oid: clientId,
          roles,
          tid: tenant,
          uti: `${issued + 1}-${stamp.requestId}`,
          ver: "1.0"
        }
        const head = part({ typ: "JWT", alg: "RS256", kid: "simulator" })
        const token = `${head}.${part(claims)}.c2ltdWxhdGVk`
        const grant = { tenant, roles, expiresAt: stamp.now + secondsOfLife * 1000, number: issued + 1 }
        const known = [...grants].slice(-tokensMax).filter(([, { expiresAt }]) => expiresAt > stamp.now - 86_400_000)
        const body = {
          token_type: "Bearer",
          expires_in: secondsOfLife,
          ext_expires_in: secondsOfLife,
          access_token: token
        }
        return [body, { issued: issued + 1, grants: new Map([...known, [token, grant]]) }]
      }),
    /** Returns the meaning of a token, also of an expired one. */
    find: (token: string) => Effect.map(Ref.get(state), ({ grants }) => grants.get(token))
  }
})
