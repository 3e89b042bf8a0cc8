/** Does the floor's work with Microsoft's own client and its page iterator. Arguments: origin, file. */
// @effect-diagnostics globalFetch:off -- what others do is what is measured
import { Client, type Context, PageIterator } from "@microsoft/microsoft-graph-client"
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs"

const [origin, path] = process.argv.slice(2)
const pageSize = 1000
const file = openSync(path!, "a")

const client = Client.initWithMiddleware({
  baseUrl: `${origin}/`,
  middleware: {
    // The client accepts only https links, and appends a link to loopback to its own base URL.
    execute: async (context: Context) => {
      const url = String(context.request)
      context.response = await fetch(url.slice(url.lastIndexOf("http://")))
    }
  }
})

let text = ""
let waiting = 0
const write = () => {
  writeSync(file, text)
  fsyncSync(file)
  text = ""
  waiting = 0
}

const first = await client.api("/security/alerts_v2").top(pageSize).get()
await new PageIterator(client, first, (alert: unknown) => {
  text += `${JSON.stringify(alert)}\n`
  if (++waiting === pageSize) write()
  return true
}).iterate()
if (waiting > 0) write()
closeSync(file)
