/** The active faults, and those that strike a request. */
import { Effect, Ref } from "effect"
import type { CollectionName } from "./Collections.ts"
import type { Fault } from "./Fault.ts"

/** An active fault with its counters. */
export interface ActiveFault {
  readonly fault: Fault
  /** Number of the newest token that a fault of kind `token_expired` refuses. */
  readonly tokensUpTo: number
  readonly passed: number
  readonly struck: number
}

/** A request, as far as faults depend on it. */
export interface Struck {
  readonly endpoint: CollectionName | "token"
  readonly tenant: string | undefined
  readonly isNextLink: boolean
  readonly skip: number
  /** Number of the request's token; 0 without a known token. */
  readonly token: number
}

/** Kinds that also make sense at the token endpoint. */
const ofToken: ReadonlySet<Fault["kind"]> = new Set(
  ["status", "throttled", "html", "truncated", "reset", "hang", "slow", "not_json", "aadsts", "big_body"] as const
)

/** Kinds that decide the whole answer: later faults are not applied. */
const final: ReadonlySet<Fault["kind"]> = new Set(
  [
    "status",
    "throttled",
    "missing_role",
    "not_licensed",
    "conditional_access",
    "unauthorized",
    "token_expired",
    "retired",
    "html",
    "reset",
    "hang",
    "not_json",
    "dead_next_link",
    "skip_limit",
    "aadsts"
  ] as const
)

const concerns = ({ fault, tokensUpTo }: ActiveFault, request: Struck): boolean => {
  const target = fault.endpoint ?? (fault.kind === "aadsts" ? "token" : "graph")
  if (request.endpoint === "token" ? !ofToken.has(fault.kind) : fault.kind === "aadsts") return false
  if (target === "graph" ? request.endpoint === "token" : target !== "all" && target !== request.endpoint) return false
  if (fault.tenant !== undefined && fault.tenant.toLowerCase() !== request.tenant) return false
  switch (fault.kind) {
    case "dead_next_link":
      return request.isNextLink
    case "skip_limit":
      return request.skip > fault.max
    case "token_expired":
      return request.token > 0 && request.token <= tokensUpTo
    default:
      return true
  }
}

/** Creates the list of active faults, empty at first. */
export const make = Effect.map(Ref.make<ReadonlyArray<ActiveFault>>([]), (active) => ({
  list: Ref.get(active),
  removeAll: Ref.set(active, []),
  /** `tokensIssued` is the number of the newest token. */
  add: (faults: ReadonlyArray<Fault>, tokensIssued: number) =>
    Ref.update(
      active,
      (known) => [...known, ...faults.map((fault) => ({ fault, tokensUpTo: tokensIssued, passed: 0, struck: 0 }))]
    ),
  /** Returns the faults that strike this request, up to the first final one. */
  strike: (request: Struck) =>
    Ref.modify(active, (known) => {
      const striking: Array<Fault> = []
      const next = known.map((entry) => {
        const last = striking.at(-1)
        if ((last !== undefined && final.has(last.kind)) || !concerns(entry, request)) return entry
        if (entry.passed < (entry.fault.skip ?? 0)) return { ...entry, passed: entry.passed + 1 }
        striking.push(entry.fault)
        return { ...entry, struck: entry.struck + 1 }
      })
      return [striking, next.filter(({ fault, struck }) => fault.times === undefined || struck < fault.times)]
    })
}))
