/**
 * The services behind Graph, each with limits of its own (https://learn.microsoft.com/graph/throttling-limits). A budget is
 * taken before a request is sent, because none but the security service reliably says how long to wait.
 */
import { Context, Duration } from "effect"
import type { ServiceName } from "../endpoints/EndpointDefinition.ts"
import { requestBudget } from "./Limits.ts"

/** Requests in a time: a bucket of `limit` requests that is full again after `window`. */
export interface Rate {
  readonly limit: number
  readonly window: Duration.Duration
}

/** A budget that requests share. */
export interface Budget {
  /** Whose requests count together: those of one application in one tenant, of one tenant, or of one application. */
  readonly scope: "applicationInTenant" | "tenant" | "application"
  readonly live: Rate
  /** Of a `backfill`, a process of its own. It and live polling together stay within Microsoft's limit without coordination. */
  readonly backfill: Rate
}

/** What the requests to a service have in common. */
export interface Service {
  /** All of them are taken for each request. */
  readonly budgets: ReadonlyArray<Budget>
  /** The pause after a 429 that names no time; it doubles up to `pauseMax` when the next request is refused, too. */
  readonly pause: Duration.Duration
  readonly pauseMax: Duration.Duration
  /** Headers that its queries need. */
  readonly headers?: Readonly<Record<string, string>>
}

const every = (millis: number, limit = 1): Rate => ({ limit, window: Duration.millis(millis) })

/** The services by name. */
export const services: Record<ServiceName, Service> = {
  /**
   * 150 requests a minute an application and tenant, over everything under `/security`. 100 and 50 a minute: a bucket of 40
   * that refills in 24 s gives at most 140 in any one minute, its burst included.
   */
  security: {
    budgets: [{ scope: "applicationInTenant", live: requestBudget, backfill: every(4800, 4) }],
    pause: Duration.minutes(10),
    pauseMax: Duration.minutes(60)
  },
  /** 5 requests in 10 s an application and tenant, and 122 in 10 s an application over all tenants. */
  reports: {
    budgets: [{ scope: "applicationInTenant", live: every(3334), backfill: every(10_000) }, {
      scope: "application",
      live: every(1000, 8),
      backfill: every(1000, 2)
    }],
    pause: Duration.seconds(15),
    pauseMax: Duration.minutes(10)
  },
  /** One request a second a tenant, over all applications: half of it is left to the others. */
  identityProtection: {
    budgets: [{ scope: "tenant", live: every(2000), backfill: every(8000) }],
    pause: Duration.seconds(5),
    pauseMax: Duration.minutes(10)
  },
  /** 2,000 requests in 20 s an application and tenant; what answers them breaks long before, with a 500 or a 504. */
  intune: {
    budgets: [{ scope: "applicationInTenant", live: every(500), backfill: every(2000) }],
    pause: Duration.seconds(60),
    pauseMax: Duration.minutes(10)
  },
  /**
   * 3,500 units in 10 s an application and tenant of the smallest size, of which a page of users takes two. A page whose
   * number of objects is asked for needs the header, and so does each one that its link leads to.
   */
  directory: {
    budgets: [{ scope: "applicationInTenant", live: every(500), backfill: every(2000) }],
    pause: Duration.seconds(30),
    pauseMax: Duration.minutes(10),
    headers: { consistencylevel: "eventual" }
  },
  /** 10 requests a minute an application, over all tenants. */
  signInActivity: {
    budgets: [{ scope: "application", live: every(7500), backfill: every(60_000) }],
    pause: Duration.seconds(60),
    pauseMax: Duration.minutes(10)
  }
}

/** Which of its two rates this process keeps to. */
export const BudgetUse = Context.Reference<"live" | "backfill">("azure-security/graph/Services/BudgetUse", {
  defaultValue: () => "live"
})
