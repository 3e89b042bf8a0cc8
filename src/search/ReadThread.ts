/** The read thread, which answers searches. */
import type { MessagePort } from "node:worker_threads"
import { isDamage, openToRead } from "./Database.ts"
import type { Answered, Asked, Question, Task } from "./Protocol.ts"
import { Reading } from "./Reading.ts"

const answer = (reading: Reading, question: Question) =>
  "find" in question
    ? reading.find(question.find)
    : "detail" in question
    ? reading.detail(question.detail)
    : "lines" in question
    ? reading.lines(question.lines)
    : "things" in question
    ? reading.things(question.things)
    : reading.suggest(question.suggest)

/** Answers one question after another. The first question opens the database. */
export const run = (task: Task, port: MessagePort): void => {
  let reading: Reading | undefined
  port.on("message", ({ number, question }: Asked) => {
    let answered: Answered
    try {
      reading ??= new Reading(openToRead(task.directory), task)
      answered = { number, answer: answer(reading, question) }
    } catch (error) {
      answered = { number, failure: { why: String(error), isDamage: isDamage(error) } }
    }
    port.postMessage(answered)
  })
}
