/**
 * Sets V8 flags that keep the process small, on import: it shares an appliance, and pages produce much garbage and
 * little else.
 *
 * By default V8 lets the young generation grow to 48 MB, and the old one to several times its live data: 390 MB at the
 * peak of 20,000 alerts in pages of 1,000, and 190 MB with these flags, in the same time. While V8 marks the old
 * generation, it collects no young garbage for some 60 ms: 169 MiB at that (later) peak, 147 without the pause, in the
 * same time. V8 uses other threads for the young generation, of which next to nothing survives, and waits for them:
 * 0.26 ms each time, 0.21 without them. With many tenants the young generation may grow all the same; see
 * {@link growFrom}. V8 also optimises the WebAssembly of undici's parser, which sees a few headers
 * a minute: 12 MB of work that malloc keeps.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8"

/**
 * Instances from which on the young generation may grow. Each of their polls leaves half a MB of garbage, and what a poll
 * has in hand survives a young generation of one MB, ten times a second: it becomes old, and all that is old has to be
 * marked soon. A thousand tenants that are polled each minute took 6.4 ms of processor time a poll so, and 4.6 with a young
 * generation that grows.
 */
export const growFrom = 50

/** Bytes of the young generation from which on it grows no more; V8 would let it take four times as many. */
const youngMax = 34_000_000

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
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? youngMax

/**
 * Lets a young generation that is small, or that V8 made small in a calm hour, grow at the next collections. The old one,
 * of 130 MB for a thousand tenants, is collected more often in exchange: 30 MB less, for a tenth more processor time.
 */
export const grow = (): void => growth(2 * young() <= youngMax ? 2 : 1, 30)

/** Keeps the young generation as it is, and collects the old one when it has grown by half. */
export const keep = (): void => growth(1, 50)

if (isMeasured) {
  keep()
  setFlagsFromString("--no-separate-gc-phases")
  setFlagsFromString("--no-parallel-scavenge")
  // `--liftoff-only` does the same, but only on the command line.
  setFlagsFromString("--no-wasm-tier-up")
  setFlagsFromString("--no-wasm-dynamic-tiering")
}
