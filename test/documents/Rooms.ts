/** Draws the rooms of `src` from their imports, for `.github/ARCHITECTURE.md`: `node test/documents/Rooms.ts` prints the picture. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"

const importOf = /(?:from |import\()"(\.[^"]+)"/g

const roomOf = (file: string): string => file.includes("/") ? file.split("/")[0]! : "main"

/** The rooms that each room imports from. Types count: a reader follows them as well. */
const imports = (root: string): ReadonlyMap<string, ReadonlySet<string>> => {
  // The entry point names the program in a way that an older Node understands.
  const found = new Map<string, Set<string>>([["main", new Set(["cli"])]])
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))) {
    const room = roomOf(file)
    const targets = found.get(room) ?? new Set<string>()
    found.set(room, targets)
    for (const [, target] of readFileSync(join(root, file), "utf8").matchAll(importOf)) {
      const to = roomOf(normalize(join(dirname(file), target!)))
      if (to !== room && to !== "..") targets.add(to)
    }
  }
  return found
}

/** How many rooms the longest way down from a room passes. */
const depthOf = (rooms: ReadonlyMap<string, ReadonlySet<string>>, room: string): number =>
  1 + Math.max(0, ...Array.from(rooms.get(room) ?? [], (below) => depthOf(rooms, below)))

/** The rooms as text, highest first: one line a room, with the rooms that it imports from. */
export const draw = (root = "src"): string => {
  const rooms = imports(root)
  const sorted = Array.from(rooms.keys()).sort((one, other) =>
    depthOf(rooms, other) - depthOf(rooms, one) || one.localeCompare(other, "en")
  )
  const width = Math.max(...sorted.map((room) => room.length))
  return sorted.map((room) => {
    const below = Array.from(rooms.get(room)!).sort((one, other) => sorted.indexOf(one) - sorted.indexOf(other))
    return `${room.padEnd(width)} ${below.length === 0 ? "" : `──▶ ${below.join(" ")}`}`.trimEnd()
  }).join("\n")
}

if (import.meta.main) process.stdout.write(`${draw()}\n`)
