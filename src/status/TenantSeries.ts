/**
 * Keeps records and requests of each instance for the last hour, day and week, in steps that a plot shows.
 *
 * A week of minutes would take 80 KB an instance. The steps of the three ranges take 3 KB, so that a thousand instances
 * take 3 MB.
 */
import { tenantsPlottedMax } from "../domain/Bounds.ts"
import type { ActivityRange } from "./ActivityDocument.ts"

/** The steps of each range. */
export const steps: Record<ActivityRange, { readonly count: number; readonly minutes: number }> = {
  hour: { count: 60, minutes: 1 },
  day: { count: 144, minutes: 10 },
  week: { count: 168, minutes: 60 }
}

/** Number of the first step that a range shows; `minute` is the current one, since 1970. */
export const firstStep = (range: ActivityRange, minute: number): number =>
  Math.floor(minute / steps[range].minutes) + 1 - steps[range].count

const ranges = Object.keys(steps) as ReadonlyArray<ActivityRange>

/** Where the steps of each range begin in the values of an instance. */
const starts = { hour: 0, day: steps.hour.count, week: steps.hour.count + steps.day.count }
const length = starts.week + steps.week.count

/** What an instance did until now. */
export interface Counted {
  readonly name: string
  /** Record versions since the process began. */
  readonly records: number
  /** Requests in the last minute. */
  readonly requests: number
}

interface Values {
  /** Record versions at the last count. */
  before: number
  readonly records: Float32Array
  readonly requests: Float32Array
}

type Kind = "records" | "requests"

const joins: Record<Kind, (one: number, other: number) => number> = {
  records: (one, other) => one + other,
  requests: (one, other) => Math.max(one, other)
}

/** The series of at most `tenantsPlottedMax` instances. */
export class TenantSeries {
  readonly #values = new Map<string, Values>()
  /** The step that each place holds, the same for all instances. */
  readonly #held = new Int32Array(length).fill(-1)

  /** Adds a minute, given since 1970. Instances that are gone are forgotten. */
  count(minute: number, instances: ReadonlyArray<Counted>): void {
    const places = ranges.map((range) => {
      const { count, minutes } = steps[range]
      const step = Math.floor(minute / minutes)
      return { place: starts[range] + step % count, step }
    })
    for (const { place, step } of places) {
      if (this.#held[place] === step) continue
      this.#held[place] = step
      for (const { records, requests } of this.#values.values()) records[place] = requests[place] = NaN
    }
    const names = new Set(instances.map(({ name }) => name))
    for (const name of this.#values.keys()) if (!names.has(name)) this.#values.delete(name)
    for (const { name, records, requests } of instances) {
      const values = this.#of(name)
      if (values === undefined) continue
      const grown = { records: Math.max(0, records - values.before), requests }
      values.before = records
      for (const { place } of places) {
        for (const kind of ["records", "requests"] as const) {
          const value = values[kind][place]!
          values[kind][place] = Number.isNaN(value) ? grown[kind] : joins[kind](value, grown[kind])
        }
      }
    }
  }

  #of(name: string): Values | undefined {
    const known = this.#values.get(name)
    if (known !== undefined || this.#values.size >= tenantsPlottedMax) return known
    const values = {
      before: 0,
      records: new Float32Array(length).fill(NaN),
      requests: new Float32Array(length).fill(NaN)
    }
    this.#values.set(name, values)
    return values
  }

  /** Whether anything is kept of an instance. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** The steps of a range for some instances: records together, and requests of the busiest. Null for a step without data. */
  read(kind: Kind, range: ActivityRange, minute: number, names: ReadonlyArray<string>): ReadonlyArray<number | null> {
    const first = firstStep(range, minute)
    const kept = names.flatMap((name) => this.#values.get(name)?.[kind] ?? [])
    return Array.from({ length: steps[range].count }, (_, at) => {
      const place = starts[range] + (first + at) % steps[range].count
      if (this.#held[place] !== first + at) return null
      const known = kept.map((values) => values[place]!).filter((value) => !Number.isNaN(value))
      return known.length === 0 ? null : known.reduce((one, other) => joins[kind](one, other))
    })
  }
}
