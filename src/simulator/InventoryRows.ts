/** Builds the objects of simulated lists: devices that come, change, stay away for one pass, and go for good. */
import type { Cast } from "./Cast.ts"
import type { Draw } from "./Draw.ts"
import { graphTime, type Row } from "./Row.ts"

/** An object at a time. */
export interface Living {
  readonly cast: Cast
  readonly draw: Draw
  /** When it was registered, and now, in milliseconds since 1970. */
  readonly since: number
  readonly now: number
  /** How often it has changed so far. */
  readonly changes: number
}

const hour = 3_600_000
const day = 24 * hour

/** Objects of each list when the simulation starts, and how many come each day. */
const before = 60
const daily = 12

/**
 * Returns the objects that Graph shows. Most change every few days, one in five leaves after some days, and each stays away
 * for one hour in a hundred, as Graph's lists leave one out now and then.
 */
export const alive = (
  start: number,
  now: number,
  of: (number: number) => Pick<Living, "cast" | "draw">,
  row: (living: Living) => Row | undefined
): ReadonlyArray<Row> => {
  const coming = Math.max(0, Math.floor((now - start) / (day / daily)))
  const rows: Array<Row> = []
  for (let number = 0; number < before + coming; number++) {
    const { cast, draw } = of(number)
    const since = number < before ? start - draw.int(1, 300) * day : start + (number - before + 1) * (day / daily)
    const first = number < before ? start : since
    const leaves = draw.chance(0.2) ? first + draw.int(6, 90) * hour : Infinity
    const every = draw.int(20, 200) * hour
    const away = draw.int(0, 99)
    const isAway = Math.floor((now - first) / hour) % 100 === away && now - first >= hour
    const made = row({ cast, draw, since, now, changes: Math.max(0, Math.floor((now - first) / every)) })
    if (now < leaves && !isAway && made !== undefined) rows.push(made)
  }
  return rows
}

/** A device. Its last sign-in moves all the time, and says nothing of a change. */
export const device = ({ cast, changes, draw, now, since }: Living): Row => ({
  id: draw.guid(),
  deviceId: draw.guid(),
  displayName: `${cast.device.host.split(".")[0]!.toUpperCase()}-${draw.int(100, 999)}`,
  accountEnabled: true,
  approximateLastSignInDateTime: graphTime(Math.floor(now / (6 * hour)) * 6 * hour),
  complianceExpirationDateTime: null,
  deviceOwnership: "Company",
  isCompliant: changes % 2 === 0,
  isManaged: true,
  manufacturer: "Contoso Hardware",
  model: "Standard",
  operatingSystem: "Windows",
  operatingSystemVersion: `10.0.26100.${4349 + changes}`,
  registrationDateTime: graphTime(since),
  systemLabels: draw.chance(0.5) ? ["M365Managed", "AzureResource"] : [],
  trustType: draw.pick(["AzureAd", "ServerAd", "Workplace"]),
  physicalIds: ["[USER-HWID]:0123456789abcdef"]
})
