/**
 * The write thread, which follows the sink and writes the index without slowing the sink down.
 *
 * The thread has the lowest priority (see `IndexThread.ts`). While the sink is busy, it also rests nine times as long as it worked: a system
 * may have no priorities of threads, and a free core may be the other half of the sink's core.
 */
import { setTimeout as resting } from "node:timers/promises"
import type { MessagePort } from "node:worker_threads"
import { isDamage, openToWrite } from "./Database.ts"
import { Following } from "./Following.ts"
import { Indexing } from "./Indexing.ts"
import type { Failure, Progress, Task, Told } from "./Protocol.ts"

/** Milliseconds between two looks while nothing is to do. */
const lookEvery = 200
/** Milliseconds between two reports while work is to do. */
const tellEvery = 250
/** Milliseconds without growth after which the sink counts as idle. */
const busyFor = 1000
/** Ratio of rest to work while the sink is busy. */
const restRatio = 9

const failureOf = (error: unknown): Failure => ({
  why: error instanceof Error ? error.message : String(error),
  isDamage: isDamage(error)
})

const isSame = (one: Progress, other: Progress): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Follows the sink until the thread is ended, or fails and reports why. */
export const run = (task: Task, port: MessagePort): void => {
  const tell = (told: Told) => port.postMessage(told)
  const guarded = (work: () => void) => {
    try {
      work()
    } catch (error) {
      tell({ failure: failureOf(error) })
      port.close()
    }
  }
  guarded(() => follow(task, tell, guarded))
}

const follow = (task: Task, tell: (told: Told) => void, guarded: (work: () => void) => void): void => {
  const now = () => performance.timeOrigin + performance.now()
  const database = openToWrite(task.directory, task.isDamaged)
  const indexing = new Indexing(database, task, now)
  const following = new Following(database, indexing, {
    directory: task.artifactsDirectory,
    prefix: task.prefix,
    daysMax: task.daysMax
  }, now)
  const progress = (): Progress => {
    const { behind, read } = following.position
    return { rows: indexing.rows, skipped: indexing.skipped, newest: indexing.newest ?? null, behind, read }
  }

  following.look()
  let told = progress()
  tell({ progress: told })
  let toldAt = 0
  let grewAt = -Infinity

  const turn = () => {
    const from = performance.now()
    if (following.look()) grewAt = from
    const isWorking = following.step()
    if (!isWorking && indexing.isOver) {
      indexing.begin()
      indexing.commit()
    }
    const until = performance.now()
    if (!isWorking || until - toldAt >= tellEvery) {
      const next = progress()
      if (!isSame(told, next)) {
        tell({ progress: next })
        told = next
      }
      toldAt = until
    }
    const rest = !isWorking ? lookEvery : from - grewAt < busyFor ? (until - from) * restRatio : 0
    void resting(rest).then(() => guarded(turn))
  }
  turn()
}
