/** Counts requests of callers in fixed windows, to slow down those who flood. What has to be guessed protects the token. */
import { Duration } from "effect"
import { callersMax } from "../domain/Bounds.ts"

/**
 * Makes a counter of at most {@link callersMax} callers. Times are milliseconds of a clock that is never set. Effect's limiter cannot be asked without
 * counting, and a right token must not count.
 */
export const make = ({ limit, window }: { readonly limit: number; readonly window: Duration.Duration }) => {
  const counts = new Map<string, { count: number; readonly endsAt: number }>()
  const at = (caller: string, now: number) => {
    const known = counts.get(caller)
    if (known !== undefined && now < known.endsAt) return known
    counts.delete(caller)
    if (counts.size >= callersMax) counts.delete(counts.keys().next().value!)
    const fresh = { count: 0, endsAt: now + Duration.toMillis(window) }
    counts.set(caller, fresh)
    return fresh
  }
  return {
    count: (caller: string, now: number): void => void at(caller, now).count++,
    /** Seconds that the caller must wait; 0 for none. */
    wait: (caller: string, now: number): number => {
      const known = counts.get(caller)
      return known === undefined || now >= known.endsAt || known.count < limit
        ? 0
        : Math.ceil((known.endsAt - now) / 1000)
    }
  }
}

/** A counter of requests. */
export type RequestCounter = ReturnType<typeof make>
