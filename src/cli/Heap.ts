/**
 * Sets V8 flags that keep the process small, on import: it shares an appliance, and pages produce much garbage and
 * little else.
 *
 * By default V8 lets the young generation grow, and the old one to several times its live data: 390 MB at the
 * peak of 20,000 alerts in pages of 1,000, and 190 MB with these flags, in the same time. While V8 marks the old
 * generation, it collects no young garbage for some 60 ms: 169 MiB at that (later) peak, 147 without the pause, in the
 * same time. V8 uses other threads for the young generation, of which next to nothing survives, and waits for them:
 * 0.26 ms each time, 0.21 without them. V8 also optimises the WebAssembly of undici's parser, which sees a few headers a
 * minute: 12 MB of work that malloc keeps.
 */
import { PerformanceObserver } from "node:perf_hooks"
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8"

/** Instances that count as many; see {@link follow}. */
const manyFrom = 50

/** Bytes that the young generation may grow to, V8 would let it take 67 MB and more; and percent that the old one may grow by. */
const few = { young: 9_000_000, oldPercent: 25 }
const many = { young: 34_000_000, oldPercent: 30 }

// The flags were measured with this version's V8; another V8 may not know them, and would print a warning at each
// start.
const isMeasured = process.versions.node.startsWith("24.")

/** How many times larger the young generation may become, and by how many percent the old one before it is collected. */
const growth = (young: 1 | 2, oldPercent: number): void => {
  if (!isMeasured) return
  setFlagsFromString(`--semi-space-growth-factor=${young}`)
  setFlagsFromString(`--heap-growing-percent=${oldPercent}`)
}

const young = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? many.young

/**
 * Lets the young generation, which V8 begins with 2 MB and makes small in a calm hour, grow up to a limit for the number of
 * instances that `tell` was told last, until `stop`. Its size is looked at behind each turn of the event loop in which
 * garbage was collected, so that a long turn may double it beyond the limit. A timer would wake a process that has nothing to
 * do: ten times a second took 4 % of a core on a virtual machine.
 *
 * An alert of a backlog leaves 150 KB of garbage. With 2 MB, V8 stopped 1,500 times in 20,000 alerts, and with 8 MB half as
 * often: 2 % less processor time in the median of 21 pairs of runs (10 % less to 7 % more), and 10 MiB more, 6 of which an
 * old generation that grows by a quarter gives back.
 *
 * Each poll of many instances leaves half a MB, and what a poll has in hand survives a young generation that is full ten
 * times a second: it becomes old, and all that is old has to be marked soon. A thousand tenants that are polled each
 * minute took 6.4 ms of processor time a poll with 2 MB, and 4.6 with 32. Their old generation of 130 MB is collected more
 * often in exchange: 30 MB less, for a tenth more processor time.
 */
export const follow = () => {
  let limits = few
  const look = () => growth(2 * young() <= limits.young ? 2 : 1, limits.oldPercent)
  const observer = new PerformanceObserver(look)
  if (isMeasured) observer.observe({ entryTypes: ["gc"] })
  return {
    tell: (instances: number) => {
      limits = instances < manyFrom ? few : many
      look()
    },
    stop: () => observer.disconnect()
  }
}

if (isMeasured) {
  growth(1, 50)
  setFlagsFromString("--no-separate-gc-phases")
  setFlagsFromString("--no-parallel-scavenge")
  // `--liftoff-only` does the same, but only on the command line.
  setFlagsFromString("--no-wasm-tier-up")
  setFlagsFromString("--no-wasm-dynamic-tiering")
}
