/** An instance as the status knows it, for tests that register one. */
import { Duration } from "effect"
import { clouds } from "../../src/config/Cloud.ts"
import { Credential } from "../../src/config/Credential.ts"
import type { Identity, Pace } from "../../src/config/Instance.ts"
import { each } from "../../src/endpoints/Endpoints.ts"

export const identity: Identity = {
  name: "one",
  displayName: "One",
  enabled: true,
  cloud: clouds.global,
  tenantId: "11111111-1111-4111-8111-111111111111",
  clientId: "22222222-2222-4222-8222-222222222222",
  credential: Credential.SecretFromEnvironment({ variable: "NONE" }),
  senderHost: "record",
  endpoints: ["alerts_v2", "incidents"]
}

export const pace: Pace = {
  intervals: each(() => Duration.minutes(5)),
  lookback: Duration.hours(24),
  overlap: Duration.minutes(15),
  lateRows: Duration.hours(6)
}

/** The event that registers an instance; by default this one. */
export const registered = (instance: { readonly identity: Identity; readonly pace: Pace } = { identity, pace }) =>
  ({
    _tag: "Registered",
    identity: instance.identity,
    pace: instance.pace,
    secretExpiresAt: undefined,
    waitsFor: undefined
  }) as const
