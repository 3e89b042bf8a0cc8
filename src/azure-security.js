#!/usr/bin/env node
/**
 * The command `azure-security`: the sources in a checkout, the bundle where only that is installed.
 *
 * `src/main.ts` is a link to this file: an older Node reads no TypeScript, but the file behind a link, and so it can be
 * refused in one line. It may hold only what every Node and TypeScript understand.
 */
import { existsSync } from "node:fs"

const sources = new URL("./cli/Program.ts", import.meta.url)
const bundle = new URL("../dist/azure-security.js", import.meta.url)
const isCheckout = existsSync(sources)

if (isCheckout) await import(new URL("./cli/NodeVersion.js", import.meta.url).href)
await import((isCheckout ? sources : bundle).href)
