import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"

/** Bytes of the page with all of its files, compressed as they are served. */
const sizeMax = 450_000

const built = `${process.cwd()}/dist/page.mjs`

describe.skipIf(!existsSync(built))("the built page", () => {
  it("has at most 450 KB in all, compressed", async () => {
    const { default: files } = await import(pathToFileURL(built).href) as {
      readonly default: Readonly<Record<string, { readonly brotli: string }>>
    }
    const sizes = Object.values(files).map(({ brotli }) => Buffer.from(brotli, "base64").length)
    const all = sizes.reduce((sum, size) => sum + size, 0)
    assert.isAbove(all, 50_000)
    assert.isAtMost(all, sizeMax)
  })
})
