/**
 * Makes one report of an outage that many endpoints meet: a name server that is away concerns a hundred tenants, and is one
 * fault. It is told once, with the number of tenants, and so is its end. A refusal of a tenant, which all of its endpoints
 * meet, is told once for the tenant.
 */
import { Clock, Effect, HashMap } from "effect"
import { causeOf, concerned, lasting, tenantCauseOf } from "../status/Causes.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { count, Reporter, type Saying } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** Time in which the tenants of an outage are counted before it is told, where there are several. */
const gathering = "10 seconds"

interface Member {
  readonly instance: string
  readonly report: Report
}

interface Outage {
  readonly cause: string
  /** Whether it is a refusal of one tenant, which has an answer of Microsoft's. */
  readonly isRefusal: boolean
  readonly since: number
  /** What was reported first. */
  readonly report: Report
  /** The endpoints that it stops now. */
  readonly members: Map<string, Member>
  /** All endpoints that it ever stopped, and their tenants. */
  readonly ever: { readonly members: Set<string>; readonly tenants: Set<string> }
  /** The member whose own report was told, while it concerned one tenant; `all` once the outage itself was. */
  told: { readonly member: string; readonly report: Report } | "all" | undefined
  isGathering: boolean
}

const memberOf = (instance: string, endpoint: string) => `${instance} ${endpoint}`

const tenantsOf = ({ members }: Outage) => new Set(Array.from(members.values(), ({ instance }) => instance)).size

/** A refusal stands beside the reports of the endpoints, so that one that works does not end it. */
const sayingOf = ({ isRefusal }: Outage, saying: Saying): Saying => isRefusal ? { ...saying, apart: true } : saying

/** Outages of one code, as of two hosts, are told beside each other. */
const sayingOfAll = ({ cause }: Outage, saying: Saying): Saying => ({ ...saying, apart: true, about: cause })

const keyOf = ({ cause }: Outage) => `outage ${cause}`

/** Makes the outages of a process; see {@link Outages}. */
export const make = Effect.gen(function*() {
  const reporter = yield* Reporter
  const status = yield* Status
  const scope = yield* Effect.scope
  const outages = new Map<string, Outage>()
  const byMember = new Map<string, Outage>()

  /** Tenants that are polled. */
  const polled = Effect.map(
    status.snapshot,
    ({ instances }) =>
      HashMap.reduce(instances, 0, (count, { enabled, waitsFor }) =>
        enabled && waitsFor === undefined ? count + 1 : count)
  )

  const reportOf = Effect.fnUntraced(function*(outage: Outage): Effect.fn.Return<Report> {
    const { report: { code, message, remedy }, since } = outage
    const tenants = tenantsOf(outage)
    return {
      code,
      message: lasting(message) + concerned(tenants, Math.max(yield* polled, tenants)),
      remedy,
      occurred_at: isoTime(since)
    }
  })

  /** Shows an outage of several tenants in the status; that of one is shown beside its endpoints. */
  const show = Effect.fnUntraced(function*(outage: Outage) {
    const key = keyOf(outage)
    yield* status.tell(
      tenantsOf(outage) > 1
        ? { _tag: "ProcessWarned", key, report: yield* reportOf(outage) }
        : { _tag: "ProcessWarningEnded", key }
    )
  })

  /** Logs what is known of an outage: its one tenant's report, or its own. */
  const tell = Effect.fnUntraced(function*(outage: Outage, saying: Saying) {
    outage.isGathering = false
    const first = Array.from(outage.members)[0]
    if (first === undefined) return
    const isShared = tenantsOf(outage) > 1
    const [member, { report }] = first
    // Otherwise the report of an endpoint that left would silence the next refusal, for an hour.
    if (outage.told !== undefined && outage.told !== "all") yield* reporter.overApart(outage.told.report)
    outage.told = isShared ? "all" : { member, report }
    yield* isShared
      ? reporter.say(yield* reportOf(outage), sayingOfAll(outage, saying))
      : reporter.say(report, sayingOf(outage, saying))
  })

  const join = Effect.fnUntraced(function*(outage: Outage, member: string, one: Member, saying: Saying) {
    outage.members.set(member, one)
    outage.ever.members.add(member)
    outage.ever.tenants.add(one.instance)
    byMember.set(member, outage)
    yield* show(outage)
    const { told } = outage
    // The reporter knows when it is time for a reminder.
    if (told === "all") return yield* reporter.say(yield* reportOf(outage), sayingOfAll(outage, saying))
    const isNews = told === undefined || tenantsOf(outage) > 1 || !outage.members.has(told.member)
    if (told?.member === member && !isNews) return yield* reporter.say(one.report, sayingOf(outage, saying))
    yield* count(one.report)
    if (!isNews || outage.isGathering) return
    if (outage.isRefusal || (yield* polled) < 2) return yield* tell(outage, saying)
    outage.isGathering = true
    yield* Effect.forkIn(Effect.delay(tell(outage, saying), gathering), scope)
  })

  /**
   * Takes an endpoint out of its outage, whose end is told when the last one was answered. Returns whether that is told for
   * all of them.
   */
  const part = Effect.fnUntraced(function*(member: string, isAnswered: boolean) {
    const outage = byMember.get(member)
    if (outage === undefined) return false
    outage.members.delete(member)
    byMember.delete(member)
    yield* show(outage)
    const { ever, report, told } = outage
    const isShared = ever.members.size > 1 || told === undefined
    if (outage.members.size > 0) return isShared
    outages.delete(outage.cause)
    yield* reporter.overApart(
      told === undefined || told === "all" ? { code: report.code, about: outage.cause } : told.report
    )
    if (!isAnswered || !isShared || told === undefined) return isShared
    const [tenant] = ever.tenants
    const end = `Microsoft ${outage.isRefusal ? "accepts the tenant again" : "answers again"}, after: ${
      lasting(report.message)
    }`
    yield* Effect.annotateLogs(
      Effect.logInfo(
        end + (told === "all" ? concerned(ever.tenants.size, Math.max(yield* polled, ever.tenants.size)) : "")
      ),
      { code: report.code, ...(ever.tenants.size === 1 ? { instance: tenant } : {}) }
    )
    return isShared
  })

  return {
    /** Logs the report of an endpoint: as part of an outage, where its cause is no tenant's. */
    say: Effect.fnUntraced(function*(report: Report, saying: Saying) {
      const { endpoint, instance } = report
      if (instance === undefined || endpoint === undefined) return yield* reporter.say(report, saying)
      const refusal = tenantCauseOf(report)
      const cause = refusal ?? causeOf(report)
      const member = memberOf(instance, endpoint)
      if (cause === undefined) {
        // Another failure was answered by somebody.
        if (saying.apart !== true) yield* part(member, true)
        return yield* reporter.say(report, saying)
      }
      const before = byMember.get(member)
      // A refusal is an answer.
      if (before?.cause !== cause) yield* part(member, before?.isRefusal === false && refusal !== undefined)
      const outage = outages.get(cause) ?? {
        cause,
        isRefusal: refusal !== undefined,
        since: yield* Clock.currentTimeMillis,
        report,
        members: new Map(),
        ever: { members: new Set(), tenants: new Set() },
        told: undefined,
        isGathering: false
      }
      outages.set(cause, outage)
      yield* join(outage, member, { instance, report }, saying)
    }),
    /** An endpoint works again. Returns whether the end of the outage that it was part of is told for all. */
    over: (instance: string, endpoint: string) => part(memberOf(instance, endpoint), true),
    /** An instance was removed, or its polling begins anew. */
    forget: (instance: string) =>
      Effect.forEach(
        Array.from(byMember).filter(([member, { members }]) => members.get(member)?.instance === instance),
        ([member]) => part(member, false),
        { discard: true }
      ),
    /** Whether an endpoint is part of an outage, which is why no pass ends. */
    has: (instance: string, endpoint: string) => byMember.has(memberOf(instance, endpoint))
  }
})

/** The outages of a process. */
export type Outages = Effect.Success<typeof make>
