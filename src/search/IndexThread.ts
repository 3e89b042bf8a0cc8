/** The entry of the search's threads. Nothing of Effect is loaded here: each of the threads has a heap of its own. */
import { parentPort, workerData } from "node:worker_threads"
import type { Task } from "./Protocol.ts"
import * as ReadThread from "./ReadThread.ts"
import * as WriteThread from "./WriteThread.ts"

const task = workerData as Task

if (task.role === "write") WriteThread.run(task, parentPort!)
else ReadThread.run(task, parentPort!)
