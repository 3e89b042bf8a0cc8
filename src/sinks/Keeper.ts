/** The interface of a sink that can lose what it took, and be asked for it. */
import type { Effect } from "effect"
import type { Deliveries, Verdict } from "../domain/Delivery.ts"

/**
 * Tells what a broker's stream has lost of what it acknowledged.
 *
 * A loss is believed when it is seen several times in a row, since a server of a cluster may be behind for a moment.
 */
export interface Keeper {
  /** Looks at once; undefined when the stream cannot be asked, or is not there: it is looked at again soon. */
  readonly judge: (deliveries: Deliveries) => Effect.Effect<Verdict | undefined>
  /**
   * Returns an effect that ends when a look finds something lost that began after this. Looks at the newest page every five
   * minutes, and at each page every hour, at each reconnect, and when the stream acknowledges with a sequence that it had
   * before.
   */
  readonly watch: Effect.Effect<(deliveries: () => Deliveries | undefined) => Effect.Effect<void>>
  /** Reads which ids the stream has from a sequence on, and lets the sink leave these out from now on. */
  readonly hold: (stream: string, first: number) => Effect.Effect<void>
}
