/**
 * Runs test files on request, in a process that can be killed when a mutant loops for ever. It loads vitest once, and each
 * run takes a worker of its own, so that nothing of one mutant is left for the next.
 */
import { createVitest } from "vitest/node"

/** Runs some test files after a source file changed. */
export interface Request {
  readonly id: number
  /** Absolute names. */
  readonly changed: string
  readonly tests: ReadonlyArray<string>
}

/** What a run came to; `faults` are the messages of failed tests. */
export interface Answer {
  readonly id: number
  readonly passed: boolean
  readonly faults: ReadonlyArray<string>
}

const root = process.argv[2]!
const vitest = await createVitest("test", {
  root,
  config: `${root}/config/vitest.fast.config.mjs`,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  reporters: [{}]
}, { cacheDir: `${root}/.vite` })
await vitest.standalone()
const project = vitest.getRootProject()

const answer = async ({ changed, id, tests }: Request): Promise<Answer> => {
  vitest.invalidateFile(changed)
  vitest.state.filesMap.clear()
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
    tests.map((test) => project.createSpecification(test))
  )
  const faults = testModules.flatMap((
    module
  ) => [
    ...module.errors().map(({ message }) => message),
    ...Array.from(module.children.allTests("failed"), (test) =>
      `${test.fullName}: ${test.result().errors?.[0]?.message}`)
  ])
  const passed = unhandledErrors.length === 0 && testModules.every((module) => module.state() === "passed")
  return { id, passed, faults }
}

process.on("message", (request: Request) => {
  void answer(request).then((told) => process.send!(told))
})
process.on("disconnect", () => process.exit())
process.send!("ready")
