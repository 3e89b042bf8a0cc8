/** Entry of the search threads. This module loads no Effect, because each thread has its own heap. */
import { parentPort, workerData } from "node:worker_threads"
import type { Task } from "./Protocol.ts"
import * as ReadThread from "./ReadThread.ts"
import * as WriteThread from "./WriteThread.ts"

const task = workerData as Task

if (task.role === "write") WriteThread.run(task, parentPort!)
else ReadThread.run(task, parentPort!)
