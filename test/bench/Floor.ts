/** The least that a collector does: fetch, parse, write the raw alerts, fsync. Arguments: origin, file. */
// @effect-diagnostics globalFetch:off -- what others do is what is measured
import { open } from "node:fs/promises"

interface Page {
  readonly value: ReadonlyArray<object>
  readonly "@odata.nextLink"?: string
}

const [origin, path] = process.argv.slice(2)
const file = await open(path!, "a")

/** Writes a page, and returns the link to the next one. */
const drain = async (link: string): Promise<string | undefined> => {
  const response = await fetch(link)
  const page = await response.json() as Page
  let text = ""
  for (const alert of page.value) text += `${JSON.stringify(alert)}\n`
  await file.appendFile(text)
  await file.sync()
  return page["@odata.nextLink"]
}

let next: string | undefined = `${origin}/v1.0/security/alerts_v2?$top=1000`
// oxlint-disable-next-line no-await-in-loop -- a page says where the next is
while (next !== undefined) next = await drain(next)
await file.close()
