/** Activities for the plots to show. */
import type { ActivityDocument } from "../../src/page/Client.ts"
import { now } from "./Artifacts.ts"

const steps = { hour: [60, 60], day: [144, 600], week: [168, 3600] } as const

/** An activity with waves, a gap in which the process did not run, a cooldown and two outages. */
export const activityOf = (range: keyof typeof steps): ActivityDocument => {
  const [count, step_seconds] = steps[range]
  const from = now - count * step_seconds * 1000
  const at = (share: number) => new Date(from + share * count * step_seconds * 1000).toISOString()
  const wave = (place: number, most: number, phase = 0) =>
    Math.max(0, Math.round(most * (0.5 + 0.5 * Math.sin(place / 5 + phase)) * (0.7 + 0.3 * Math.sin(place * 7.3))))
  const values = (value: (place: number) => number | null) =>
    Array.from({ length: count }, (_, place) => place > count * 0.3 && place < count * 0.4 ? null : value(place))
  return {
    since: at(0.4),
    from: at(0),
    step_seconds,
    records: values((place) => place > count * 0.7 && place < count * 0.76 ? 0 : wave(place, 24)),
    artifacts: values((place) => place > count * 0.7 && place < count * 0.76 ? 0 : wave(place, 96)),
    errors: values((place) => (place > count * 0.7 && place < count * 0.76 ? 3 : place % 31 === 0 ? 1 : 0)),
    freshness_p95_seconds: values((place) => place % 9 === 0 ? null : 60 + wave(place, 240, 1)),
    requests_per_minute: values((place) => wave(place, 82, 2)),
    requests_per_minute_max: 120,
    marks: [{ kind: "outage", instance: "Contoso production", endpoint: "alerts_v2", from: at(0.7), to: at(0.76) }, {
      kind: "outage",
      instance: "Contoso production",
      endpoint: "incidents",
      from: at(0.71),
      to: at(0.75)
    }, { kind: "cooldown", instance: "Contoso production", endpoint: "alerts_v2", from: at(0.9), to: null }]
  }
}
