/** Which process polls an instance, where several run over the same settings. */
import { Context, type Effect } from "effect"

/** Leases of instances to this process: one process has an instance at a time. */
export interface Leases {
  /**
   * Runs `work` whenever and as long as this process holds the instance.
   *
   * **Details**
   *
   * When the instance is lost or given to another process, `work` is interrupted and its finalizers are awaited (they
   * wait for the pages in hand), and only then is it given up. It ends when `work` ends by itself, and gives the
   * instance up when it is interrupted.
   */
  readonly whileHeld: <A, E, R>(instance: string, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /**
   * Whether the instance is held at this moment, by a clock that nobody sets: a process whose time was stopped knows at
   * once when it goes on. Asked before each request to Graph, each publish and each commit.
   */
  readonly isHeld: (instance: string) => boolean
}

/** Service of leases. Unless it is given, this process is alone and holds whatever it is asked to poll. */
export const Leases = Context.Reference<Leases>("azure-security/instances/Leases", {
  defaultValue: () => ({ whileHeld: (_, work) => work, isHeld: () => true })
})
