/**
 * Tests the tests: changes one place of a source file at a time, in a copy of the repository, and runs the tests of that
 * file. A change that no test notices survives, and is either listed with a reason in `survivors.json` or a test is missing.
 * Stryker's runner does not know this vitest.
 *
 * `npm run mutate -- [--file PATTERN] [--sample N] [--seed N] [--again]`: `--file` takes the sources whose names contain the
 * pattern, also those outside of the heart; `--sample` takes N mutants by chance; `--again` takes those that survived the
 * last run.
 */
import { type ChildProcess, fork } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { broker, heart, testsOf } from "./Heart.ts"
import { type Mutant, mutantsOf } from "./Mutants.ts"
import type { Answer, Request } from "./Runner.ts"

/** A survivor that no test can notice, or need not. */
interface Accepted {
  readonly operator: string
  readonly original: string
  /** Only where one place has two mutants of the operator. */
  readonly mutated?: string
  readonly why: string
}

/** Share of the heart's mutants that tests have to notice. */
const scoreMin = 0.85
/** A run may take this many times as long as with the source unchanged, and never less than the milliseconds. */
const limit = { times: 4, millis: 8000 } as const

const root = fileURLToPath(new URL("../../", import.meta.url))
const lastRun = join(tmpdir(), "azure-security-mutants.json")
const say = (line: string) => process.stdout.write(`${line}\n`)

const { values: flags } = parseArgs({
  options: {
    file: { type: "string" },
    sample: { type: "string" },
    seed: { type: "string" },
    again: { type: "boolean", default: false }
  }
})

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
const randomOf = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

const sampled = (mutants: ReadonlyArray<Mutant>): ReadonlyArray<Mutant> => {
  if (flags.sample === undefined) return mutants
  const seed = Number(flags.seed ?? Math.floor(Math.random() * 1e9))
  say(`seed ${seed}`)
  const random = randomOf(seed)
  const chosen = new Set(
    mutants.map((mutant) => ({ mutant, rank: random() }))
      .toSorted((one, other) => one.rank - other.rank)
      .slice(0, Number(flags.sample))
      .map(({ mutant }) => mutant)
  )
  return mutants.filter((mutant) => chosen.has(mutant))
}

const idOf = ({ file, mutated, operator, original }: Mutant) => [file, operator, original, mutated].join("\n")

const copyRepository = (): string => {
  const copy = mkdtempSync(join(tmpdir(), "azure-security-mutants-"))
  for (const name of ["src", "test", "config", "package.json", "tsconfig.json", "README.md"]) {
    // The link of src/main.ts must lead to the copy's own program.
    cpSync(join(root, name), join(copy, name), { recursive: true, verbatimSymlinks: true })
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
  return copy
}

/** The process that runs tests. It is started again after a mutant that had to be killed. */
class Runner {
  private child: ChildProcess | undefined
  private id = 0
  private readonly copy: string

  constructor(copy: string) {
    this.copy = copy
  }

  /** Undefined for a run that took too long. */
  async run(changed: string, tests: ReadonlyArray<string>, millis: number): Promise<Answer | undefined> {
    const child = this.child ??= await this.start()
    const request: Request = { id: ++this.id, changed, tests }
    const answered = new Promise<Answer | undefined>((resolve) => {
      const late = AbortSignal.timeout(Math.ceil(millis))
      const hear = (answer: Answer) => {
        if (answer.id === request.id) end(answer)
      }
      const die = () => end(undefined)
      const end = (answer: Answer | undefined) => {
        late.removeEventListener("abort", die)
        child.off("message", hear).off("exit", die)
        resolve(answer)
      }
      child.on("message", hear).once("exit", die)
      late.addEventListener("abort", die)
    })
    child.send(request)
    const answer = await answered
    if (answer === undefined) this.stop()
    return answer
  }

  /** Kills the workers, too: they are in the same process group. */
  stop() {
    const pid = this.child?.pid
    this.child = undefined
    if (pid === undefined) return
    try {
      process.kill(-pid, "SIGKILL")
    } catch {
      // It ended by itself.
    }
  }

  private start(): Promise<ChildProcess> {
    const child = fork(fileURLToPath(new URL("Runner.ts", import.meta.url)), [this.copy], {
      detached: true,
      stdio: "ignore"
    })
    return new Promise((resolve, reject) => {
      child.once("message", () => resolve(child))
      child.once("exit", (code) => reject(new Error(`the test runner ended with ${code}`)))
    })
  }
}

const names = flags.file === undefined
  ? heart
  : [...new Set([...heart, ...broker, flags.file])].filter((name) => `src/${name}.ts`.includes(flags.file!))
const files = names.filter((name) => existsSync(join(root, "src", `${name}.ts`)))
if (files.length === 0) throw new Error(`no source file in src has ${flags.file} in its name`)

const accepted = JSON.parse(readFileSync(new URL("survivors.json", import.meta.url), "utf8")) as Readonly<
  Record<string, ReadonlyArray<Accepted>>
>
const isAccepted = ({ file, mutated, operator, original }: Mutant) =>
  (accepted[file] ?? []).some((one) =>
    one.operator === operator && one.original === original && (one.mutated === undefined || one.mutated === mutated)
  )

const copy = copyRepository()
const runner = new Runner(copy)
const end = () => {
  runner.stop()
  rmSync(copy, { recursive: true, force: true })
}
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    end()
    process.exit(130)
  })
}

const survived: Array<Mutant> = []
const unlisted: Array<Mutant> = []
/** Mutants of the heart. */
const inHeart = { all: 0, killed: 0 }

/** Runs the tests of one source file over its mutants. */
const examine = async (name: string, mutants: ReadonlyArray<Mutant>) => {
  const target = join(copy, "src", `${name}.ts`)
  const source = readFileSync(target, "utf8")
  const rounds = testsOf(name)
    .map((tests) => tests.map((test) => join(copy, "test", `${test}.test.ts`)).filter((test) => existsSync(test)))
    .filter((tests) => tests.length > 0)
  if (rounds.length === 0) throw new Error(`src/${name}.ts has no test: test/mutation/Heart.ts says which it has`)
  const limits: Array<number> = []
  for (const tests of rounds) {
    const began = performance.now()
    const answer = await runner.run(target, tests, 120_000)
    if (answer?.passed !== true) {
      throw new Error(`the tests of src/${name}.ts fail without a mutant: ${answer?.faults.join("\n")}`)
    }
    limits.push(Math.max(limit.millis, limit.times * (performance.now() - began)))
  }
  const here: Array<Mutant> = []
  for (const mutant of mutants) {
    writeFileSync(target, mutant.text)
    let isKilled = false
    for (const [round, tests] of rounds.entries()) {
      const answer = await runner.run(target, tests, limits[round]!)
      isKilled = answer?.passed !== true
      if (isKilled) break
    }
    if (!isKilled) here.push(mutant)
  }
  writeFileSync(target, source)
  for (const [round, tests] of rounds.entries()) {
    const answer = await runner.run(target, tests, limits[round]!)
    if (answer?.passed !== true) {
      throw new Error(`the tests of src/${name}.ts do not pass again: its mutants say nothing`)
    }
  }
  const killed = mutants.length - here.length
  survived.push(...here)
  if (heart.includes(name)) {
    inHeart.all += mutants.length
    inHeart.killed += killed
  }
  say(
    `src/${name}.ts: ${mutants.length} mutants, ${killed} killed, ${here.length} survived, ${
      percent(killed, mutants.length)
    }`
  )
  for (const mutant of here) {
    const listed = isAccepted(mutant)
    if (!listed) unlisted.push(mutant)
    const { file, line, mutated, operator, original } = mutant
    say(`  ${listed ? "listed" : "NOT LISTED"} src/${file}.ts:${line} ${operator}: ${original} → ${mutated}`)
  }
  if (flags.again || flags.sample !== undefined) return
  for (const one of accepted[name] ?? []) {
    const isNeeded = here.some(({ operator, original }) => one.operator === operator && one.original === original)
    if (!isNeeded) say(`  listed and killed: ${one.operator}: ${one.original}`)
  }
}

const percent = (part: number, whole: number) => whole === 0 ? "–" : `${(100 * part / whole).toFixed(1)} %`

const again: ReadonlySet<string> = new Set(
  flags.again ? JSON.parse(readFileSync(lastRun, "utf8")) as ReadonlyArray<string> : []
)

try {
  const chosen = sampled(
    files.flatMap((name) => mutantsOf(name, readFileSync(join(root, "src", `${name}.ts`), "utf8")))
      .filter((mutant) => !flags.again || again.has(idOf(mutant)))
  )
  for (const name of files) {
    const mutants = chosen.filter(({ file }) => file === name)
    if (mutants.length > 0) await examine(name, mutants)
  }
} finally {
  end()
}

writeFileSync(lastRun, JSON.stringify(survived.map(idOf)))
say(`heart: ${inHeart.all} mutants, ${inHeart.killed} killed, ${percent(inHeart.killed, inHeart.all)}`)
const isLow = !flags.again && flags.file === undefined && inHeart.killed < scoreMin * inHeart.all
if (isLow) say(`the score is below ${100 * scoreMin} %`)
if (unlisted.length > 0) {
  say(
    `${unlisted.length} survivors are not in survivors.json: write the test that is missing, or say why there is none`
  )
}
if (isLow || unlisted.length > 0) process.exitCode = 1
