/** Leases decide which process polls an instance when several processes run with the same settings. */
import { Context, type Effect } from "effect"

/** Leases of instances. At most one process holds the lease of an instance at a time. */
export interface Leases {
  /**
   * Runs `work` whenever this process holds the instance's lease, and as long as it does.
   *
   * **Details**
   *
   * When the lease is lost or goes to another process, `work` is interrupted. The lease is given up only after the
   * finalizers of `work`, which wait for running attempts to publish. The effect ends when `work` ends by itself. An
   * interruption gives the lease up.
   */
  readonly whileHeld: <A, E, R>(instance: string, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /**
   * Whether this process holds the lease now, by a monotonic clock: a suspended process notices an expired lease as soon as
   * it resumes. Checked before each request, publish and commit.
   */
  readonly isHeld: (instance: string) => boolean
}

/** Service of leases. By default this process is the only one and holds every lease. */
export const Leases = Context.Reference<Leases>("azure-security/instances/Leases", {
  defaultValue: () => ({ whileHeld: (_, work) => work, isHeld: () => true })
})
