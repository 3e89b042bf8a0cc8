/** Generates everything that happens to one simulated tenant, up to the time it is asked for. */
import * as AlertEntry from "./AlertEntry.ts"
import { type AlertPlan, type Attack, attacks } from "./Attacks.ts"
import * as Cast from "./Cast.ts"
import type { CollectionName } from "./Collections.ts"
import * as Chance from "./Draw.ts"
import { type Entry, shown } from "./Entry.ts"
import * as IdentityEntry from "./IdentityEntry.ts"
import * as IncidentEntry from "./IncidentEntry.ts"
import * as InventoryRows from "./InventoryRows.ts"
import * as LegacyEntry from "./LegacyEntry.ts"
import type { Row } from "./Row.ts"

/** How much a simulated tenant contains, and whether time passes in it. */
export interface TenantOptions {
  /** The same seed and tenant give the same content. */
  readonly seed: string
  /** Alerts in the 24 hours before the start; when left out, three rounds of all attacks. */
  readonly alerts?: number | undefined
  /** Incidents in the same 24 hours; the alerts are spread evenly over them. */
  readonly incidents?: number | undefined
  readonly legacyAlerts: number
  /** Whether new alerts appear and known ones change after the start. */
  readonly live: boolean
}

/** Returns one tenant's rows at a time in milliseconds since 1970, in no particular order. */
export type Chronicle = Readonly<Record<CollectionName, (now: number) => ReadonlyArray<Row>>>

const day = 86_400_000
/** A new alert appears every 20 to 40 seconds, a new legacy alert every 60 to 120. */
const alertEvery = 30_000
const legacyEvery = 90_000
/** How often something happens that identity protection and the logs of Entra ID tell of. */
const identityEvery = { signIns: 20_000, directoryAudits: 120_000, riskDetections: 300_000, riskyUsers: 600_000 }
/** Hours by which it may become visible late. */
const lateMax = 6 * 3_600_000
/** The security team takes minutes over alerts of now, and up to hours over alerts from before the start. */
const pace = { before: 30 * 60_000, live: 60_000 }
/** Most alerts kept of a long simulation, besides those from before its start; the oldest are dropped. */
const keptMax = 20_000

const flat: ReadonlyArray<{ readonly plan: AlertPlan; readonly attack: number }> = attacks.flatMap((attack, index) =>
  attack.alerts.map((plan) => ({ plan, attack: index }))
)
/** The number of an alert's attack when attacks follow one another. */
const naturalAttack = (alert: number): number =>
  Math.floor(alert / flat.length) * attacks.length + flat[alert % flat.length]!.attack

/** A numbered series of entries; `first` is the first number still needed at a time. */
interface Series {
  readonly appears: (index: number) => number
  readonly first: (until: number) => number
  readonly make: (index: number, appears: number) => Entry
}

/** Makes entries in order up to a time. After a jump of years, only the newest entries are made. */
const unrolled = ({ appears, first, make }: Series) => {
  let entries: Array<Entry> = []
  let next = 0
  let dropped = 0
  return (until: number): ReadonlyArray<Entry> => {
    const from = first(until)
    next = Math.max(next, from)
    for (let at = appears(next); at <= until; at = appears(++next)) entries.push(make(next, at))
    if (from > dropped) [entries, dropped] = [entries.slice(from - next), from]
    return entries
  }
}

/** Creates a tenant's chronicle; `start` is in milliseconds since 1970. */
export const make = (tenantId: string, start: number, options: TenantOptions): Chronicle => {
  const isBulk = options.alerts !== undefined || options.incidents !== undefined
  const before = options.alerts ?? 3 * flat.length
  const attacksBefore = options.incidents ?? (isBulk ? Math.ceil(before / 3) : naturalAttack(before))
  const draw = (...name: ReadonlyArray<string | number>) => Chance.from(options.seed, tenantId, ...name)

  /** Spreads `count` entries evenly over the 24 hours before the start, then adds one every `every` milliseconds. */
  const schedule = (kind: string, count: number, every: number): Pick<Series, "appears" | "first"> => ({
    appears: (index) => {
      const jitter = draw(kind, "time", index).int(-333, 333) / 1000
      return index < count
        ? Math.floor(start - day + ((index + 0.5 + jitter) * (day - 60_000)) / count)
        : Math.floor(start + (index - count + 1 + jitter / 2) * every)
    },
    first: (until) => Math.max(0, Math.floor((until - start) / every) - keptMax)
  })

  const attackOf = (alert: number): number | undefined =>
    alert >= before
      ? attacksBefore + naturalAttack(alert - before)
      : attacksBefore === 0
      ? undefined
      : isBulk
      ? Math.floor((alert * attacksBefore) / before)
      : naturalAttack(alert)
  const castOf = (attack: number) => Cast.of(tenantId, draw("cast", attack))
  const incidentId = (attack: number) => String(1001 + attack)
  const attackAt = (number: number): Attack => attacks[number % attacks.length]!

  const byAttack = new Map<number, Array<Entry>>()
  const alert = (index: number, appears: number) => {
    const attack = attackOf(index)
    const { attack: planned, plan } = flat[(index < before ? index : index - before) % flat.length]!
    const entry = AlertEntry.of({
      attack: attackAt(planned),
      plan,
      cast: castOf(attack ?? index),
      incidentId: attack === undefined ? null : incidentId(attack),
      appears,
      pace: index < before ? pace.before : pace.live,
      draw: draw("alert", index)
    })
    if (attack !== undefined) byAttack.set(attack, [...(byAttack.get(attack) ?? []), entry])
    return entry
  }
  const alerts = unrolled({ ...schedule("alert", before, alertEvery), make: alert })

  const legacy = unrolled({
    ...schedule("legacy", options.legacyAlerts, legacyEvery),
    make: (number, appears) =>
      LegacyEntry.of({
        number,
        appears,
        cast: castOf(number),
        pace: number < options.legacyAlerts ? pace.before : pace.live,
        draw: draw("legacy", number)
      })
  })

  const asOf = (now: number) => (options.live ? now : Math.min(now, start))

  /** Things that happened in the 24 hours before the start, and go on. */
  const happening = (kind: keyof typeof identityEvery, make: (of: IdentityEntry.Happening) => Entry) => {
    const every = identityEvery[kind]
    const earlier = Math.floor(day / every)
    const entries = unrolled({
      appears: (index) => start + (index - earlier + draw(kind, "time", index).int(0, 999) / 1000) * every,
      first: (until) => Math.max(0, Math.floor((until - lateMax - start) / every) + earlier - keptMax),
      make: (number, at) => make({ number, at: Math.floor(at), cast: castOf(number), draw: draw(kind, number) })
    })
    return (now: number) => shown(entries(asOf(now)), asOf(now))
  }

  /** Objects of a list, each with a life of its own; from some lists one is left out for a pass. */
  const listed = (kind: string, row: (of: InventoryRows.Living) => Row | undefined) => (now: number) =>
    InventoryRows.alive(start, asOf(now), (number) => ({ cast: castOf(number), draw: draw(kind, number) }), row)

  const incidents = new Map<number, { readonly alerts: number; readonly entry: Entry }>()
  const incident = (number: number): Entry => {
    const own = byAttack.get(number) ?? []
    const known = incidents.get(number)
    if (known !== undefined && known.alerts === own.length) return known.entry
    const entry = IncidentEntry.of({
      id: incidentId(number),
      number,
      tenantId,
      attack: attackAt(number),
      alerts: own,
      opens: start - day + Math.floor(((number + 0.5) * day) / Math.max(1, attacksBefore))
    })
    incidents.set(number, { alerts: own.length, entry })
    return entry
  }

  return {
    alerts: (now) => shown(legacy(asOf(now)), asOf(now)),
    alerts_v2: (now) => shown(alerts(asOf(now)), asOf(now)),
    signIns: happening("signIns", IdentityEntry.signIn),
    directoryAudits: happening("directoryAudits", IdentityEntry.directoryAudit),
    riskDetections: happening("riskDetections", IdentityEntry.riskDetection),
    riskyUsers: happening("riskyUsers", IdentityEntry.riskyUser),
    secureScores: (now) => InventoryRows.scores(tenantId, asOf(now), draw),
    managedDevices: listed("managedDevices", InventoryRows.managedDevice),
    detectedApps: listed("detectedApps", InventoryRows.detectedApp),
    users: listed("users", InventoryRows.user),
    devices: listed("devices", InventoryRows.device),
    incidents: (now) => {
      alerts(asOf(now))
      const empty = Array.from({ length: attacksBefore }, (_, number) => number)
      return shown([...new Set([...empty, ...byAttack.keys()])].map(incident), asOf(now))
    }
  }
}
