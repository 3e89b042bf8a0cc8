/**
 * Runs a built view alone in a browser: in a minimal page, with answers from the test, under the connector's policy.
 */
import { buttonTokens, g100, notificationTokens, white } from "@carbon/themes"
import axe from "axe-core"
import { existsSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { build } from "vite"
import endpoints from "../../config/endpoints.mjs"
import { policyOf } from "../../src/http/EveryRequest.ts"

export const executable = "/usr/bin/chromium"

const types: Readonly<Record<string, string>> = { css: "text/css", js: "text/javascript" }

const kebab = (name: string) => name.replaceAll(/([a-z])([A-Z])|([a-z])(\d)/g, "$1$3-$2$4").toLowerCase()

/** Carbon's tokens on the root, as the page has them. */
const tokens = (["white", "g100"] as const).map((theme) => {
  const own = Object.entries(theme === "white" ? white : g100).filter(([, value]) => typeof value === "string")
  const ofParts = [buttonTokens, notificationTokens].flatMap((part) =>
    Object.entries(part as Record<string, Record<string, string>>).map(([name, values]) =>
      [name, values[theme === "white" ? "whiteTheme" : "g100"]!] as const
    )
  )
  const lines = [...own, ...ofParts].map(([name, value]) => `--cds-${kebab(name)}: ${String(value)};`)
  const dark = theme === "g100"
  return `:root${dark ? "[data-theme=g100]" : ""} { color-scheme: ${dark ? "dark" : "light"}; ${lines.join(" ")} }`
}).join("\n") + `
body { margin: 0; padding: 1rem; background: var(--cds-background); color: var(--cds-text-primary); font: 0.875rem/1.4 "IBM Plex Sans", system-ui, sans-serif; }`

/** Answer to a request. */
export interface Answer {
  readonly status?: number
  readonly body: unknown
}

export type Answers = (url: URL) => Answer | Promise<Answer>

const html = (name: View, theme: string) =>
  `<!doctype html><html lang="en" data-theme="${theme}"><head><meta charset="utf-8"><title>${name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/tokens.css"><script type="module" src="/page/${name}.js"></script></head>
<body><main><azure-security-${name}></azure-security-${name}></main></body></html>`

export type View = "search" | "activity"

/** Builds and serves a view. `answers` answers each request under /api, and may be replaced. */
export const serveView = async (view: View) => {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    base: "/page/",
    define: endpoints,
    build: {
      write: false,
      target: "es2023",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { [view]: `src/page/${view}/${view === "search" ? "Search" : "Activity"}View.ts` },
        output: { entryFileNames: "[name].js" }
      }
    }
  })
  const files = new Map<string, string | Uint8Array>()
  for (const { output } of [built].flat() as ReadonlyArray<{ readonly output: ReadonlyArray<OutputFile> }>) {
    for (const file of output) files.set(file.fileName, file.code ?? file.source!)
  }
  const asked: Array<URL> = []
  const state = { theme: "white" as "white" | "g100", asked, answers: (() => ({ status: 404, body: {} })) as Answers }
  const respond = async (request: IncomingMessage): Promise<readonly [number, string, string | Uint8Array]> => {
    const url = new URL(request.url!, "http://localhost")
    if (url.pathname.startsWith("/api/")) {
      asked.push(url)
      const { body, status = 200 } = await state.answers(url)
      return [status, "application/json", JSON.stringify(body)]
    }
    if (url.pathname === "/tokens.css") return [200, "text/css", tokens]
    if (url.pathname === `/signals/${view}`) return [200, "text/html; charset=utf-8", html(view, state.theme)]
    const file = files.get(url.pathname.replace("/page/", ""))
    return file === undefined ? [404, "text/plain", ""] : [200, types[url.pathname.split(".").at(-1)!] ?? "", file]
  }
  const server = createServer((request, response) => {
    const url = request.url!
    void respond(request).then(([status, type, body]) => {
      const caching = url.startsWith("/api/") || url.startsWith("/signals/") ? "no-store" : "max-age=600"
      response.writeHead(status, {
        "content-type": type,
        "content-security-policy": policyOf(),
        "cache-control": caching
      }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return Object.assign(state, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  })
}

interface OutputFile {
  readonly fileName: string
  readonly code?: string
  readonly source?: string | Uint8Array
}

export type Views = Awaited<ReturnType<typeof serveView>>

export const hasBrowser = existsSync(executable)

/** Tells whether no browser exists, and logs that; fails when the environment has `CI`. */
export const skipsWithoutBrowser = (): boolean => {
  if (hasBrowser) return false
  if (process.env["CI"] !== undefined) throw new Error(`${executable} is not there: install Debian's chromium`)
  process.stderr.write(`skipped: ${executable} is not there\n`)
  return true
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-dev-shm-usage"] })

export type PageOptions = NonNullable<Parameters<Browser["newContext"]>[0]>

/** A context costs as much as a test, so tests with the same options share one and its cache. */
const contexts = new WeakMap<Browser, Map<string, Promise<BrowserContext>>>()

const contextOf = (browser: Browser, options: PageOptions): Promise<BrowserContext> => {
  const known = contexts.get(browser) ?? new Map<string, Promise<BrowserContext>>()
  contexts.set(browser, known)
  const key = JSON.stringify(options)
  const context = known.get(key) ??
    browser.newContext({ reducedMotion: "reduce", timezoneId: "Europe/Berlin", ...options })
  known.set(key, context)
  return context
}

/** Opens a page, and collects its faults: errors, violations of the policy, requests to other hosts, dialogs. */
export const openPage = async (browser: Browser, views: Views, options: PageOptions = {}) => {
  const context = await contextOf(browser, options)
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const faults: Array<string> = []
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`))
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("console", (message) => {
    // The browser itself logs each failed request.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(message.text())
  })
  page.on("request", (request) => {
    if (!request.url().startsWith(views.origin) && !request.url().startsWith("data:")) faults.push(request.url())
  })
  return { page, faults, close: () => page.close() }
}

/** What axe-core finds, one line each. */
export const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // The debugger evaluates axe, so that the page's policy does not have to allow it.
  if (await page.evaluate("globalThis.axe === undefined")) await page.evaluate(`${axe.source}; undefined`)
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { readonly axe: { run: (options: object) => Promise<AxeResults> } }
    return (await axe.run({ resultTypes: ["violations"], preload: false })).violations
  })
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, target }) => `${id}: ${JSON.stringify(target)} ${html}`))
}

interface AxeResults {
  readonly violations: ReadonlyArray<
    { readonly id: string; readonly nodes: ReadonlyArray<{ readonly html: string; readonly target: unknown }> }
  >
}
