/** Entry of the search threads. This module loads no Effect, because each thread has its own heap. */
import { readlinkSync } from "node:fs"
import { constants, setPriority } from "node:os"
import { parentPort, workerData } from "node:worker_threads"
import type { Task } from "./Protocol.ts"
import * as ReadThread from "./ReadThread.ts"
import * as WriteThread from "./WriteThread.ts"

const task = workerData as Task

/** Niceness of each role: reading yields to the delivery of artifacts, and writing to both. */
const priorities = { read: constants.priority.PRIORITY_BELOW_NORMAL, write: constants.priority.PRIORITY_LOW }

/** Sets the priority of this thread alone, which Linux can do by the thread's number. */
const setThreadPriority = (priority: number): void => {
  try {
    setPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)), priority)
  } catch {
    // On other systems the rests of the write thread alone protect the sink.
  }
}

setThreadPriority(priorities[task.role])

if (task.role === "write") WriteThread.run(task, parentPort!)
else ReadThread.run(task, parentPort!)
