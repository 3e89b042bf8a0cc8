import { assert, describe, it } from "@effect/vitest"
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { judge, makeDirectory, openOwned, openToRead } from "../../src/config/OwnFiles.ts"

describe("a directory", () => {
  it("of another user is refused, and one of root's is not", () => {
    const own = process.getuid?.() ?? 0
    assert.deepStrictEqual(judge("/data", { mode: 0o700, uid: 4242 }), {
      fault: `/data belongs to another user (uid 4242; this process has ${own})`,
      remedy: `${
        own === 0 ? "run this as that user, as azure-security-service does, or " : ""
      }run chown ${own} /data, or name one of this user's`
    })
    for (const uid of [0, own, undefined]) assert.isUndefined(judge("/data", { mode: 0o755, uid }))
    assert.match(judge("/data", { mode: 0o40775, uid: 0 })!.fault, /\(mode 0775\)/)
  })

  it("is made by the search for this user alone, and none of its files is opened through a link", () => {
    const root = mkdtempSync(join(tmpdir(), "own-files-"))
    try {
      makeDirectory(join(root, "a", "b"))
      assert.strictEqual(statSync(join(root, "a", "b")).mode & 0o777, 0o700)
      symlinkSync(join(root, "victim"), join(root, "link"))
      for (const open of [openOwned, openToRead]) assert.throws(() => open(join(root, "link")), /ELOOP/)
      assert.isFalse(existsSync(join(root, "victim")))
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})
