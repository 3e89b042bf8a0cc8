/**
 * A real browser: Debian's chromium. A test fails for errors on the console, violations of the Content-Security-Policy,
 * requests to other hosts, and what axe finds.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { env } from "node:process"
import { type Browser, chromium, type Page } from "playwright-core"

const executablePath = env["CHROMIUM_BIN"] ?? "/usr/bin/chromium"
const missing = "chromium not found; install the package chromium, or name it in CHROMIUM_BIN"

/**
 * Runs tests in a browser. Without a browser the tests are skipped with a message; with `CI` in the environment they
 * fail.
 */
export const describeBrowser = (name: string, tests: () => void): void => {
  if (existsSync(executablePath)) describe(name, tests)
  else if ((env["CI"] ?? "") !== "") {
    it(`${name} has a browser to run in`, () => {
      throw new Error(missing)
    })
  } else {
    process.stderr.write(`${name}: tests skipped: ${missing}\n`)
    describe.skip(`${name} (${missing})`, tests)
  }
}

/** A page's theme and screen width. */
export interface Look {
  readonly theme: "light" | "dark"
  readonly width: number
}

export const desktop: Look = { theme: "light", width: 1280 }
/** Both themes and both widths; not each combination, because colours do not depend on the width. */
export const looks: ReadonlyArray<Look> = [{ theme: "light", width: 1280 }, { theme: "dark", width: 360 }]

/** A browser that is closed with the scope. */
export const browser: Effect.Effect<Browser, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => chromium.launch({ executablePath, args: ["--no-sandbox"] })),
  (running) => Effect.promise(() => running.close())
)

/** Failed requests that a test causes on purpose; the browser's console reports each. */
const meant = /Failed to load resource: (?:net::ERR_FAILED|.* status of (?:401|409|422|429|503)\b)/

export interface Tab {
  readonly page: Page
  /** Faults so far. */
  readonly faults: ReadonlyArray<string>
}

/**
 * Opens an address in a new tab without stored data. Its faults fail the test at the end, except those on the console that
 * the test causes on purpose.
 */
export const open = (
  running: Browser,
  url: string,
  look: Look = desktop,
  caused: RegExp = /^(?!)/
): Effect.Effect<Tab, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const context = await running.newContext({
        viewport: { width: look.width, height: 900 },
        colorScheme: look.theme,
        reducedMotion: "reduce"
      })
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      const faults: Array<string> = []
      page.on("console", (message) => {
        const text = message.text()
        if (caused.test(text)) return
        if (/Content.Security.Policy/i.test(text) || (message.type() === "error" && !meant.test(text))) {
          faults.push(text)
        }
      })
      page.on("pageerror", (error) => faults.push(String(error)))
      page.on("dialog", (dialog) => {
        faults.push(`a dialog of script: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on("request", (request) => {
        const asked = new URL(request.url())
        if (
          asked.host !== new URL(page.url() === "about:blank" ? request.url() : page.url()).host &&
          asked.protocol !== "data:"
        ) faults.push(`a request to ${asked.host}`)
      })
      await page.goto(url)
      return { page, faults }
    }),
    ({ faults, page }) =>
      Effect.promise(async () => {
        await page.context().close()
        assert.deepStrictEqual(faults, [])
      })
  )

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly target: ReadonlyArray<unknown>; readonly failureSummary?: string }>
}

/** Fails for each violation that axe finds, with all of its rules. */
export const accessible = async (page: Page, state: string): Promise<void> => {
  await settled(page)
  // The page's policy forbids axe as a script of the page, so the debugger evaluates it; once, as that takes as long as a run.
  if (await page.evaluate("globalThis.axe === undefined")) {
    await page.evaluate(`(() => { const module = undefined; ${axe} })()`)
  }
  const violations = await page.evaluate(`axe.run(document, { resultTypes: ["violations"], preload: false })`).then((
    result
  ) => (result as { readonly violations: ReadonlyArray<Violation> }).violations)
  assert.deepStrictEqual(
    violations.flatMap(({ id, nodes }) =>
      nodes.map(({ failureSummary, target }) => `${id}: ${target.flat().join(" ")}: ${failureSummary}`)
    ),
    [],
    state
  )
}

/** Waits until all animations and changes of colour have ended. */
const settled = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const rootsOf = (
      root: Document | ShadowRoot
    ): ReadonlyArray<Document | ShadowRoot> => [
      root,
      ...Array.from(root.querySelectorAll("*")).flatMap(({ shadowRoot }) =>
        shadowRoot === null ? [] : rootsOf(shadowRoot)
      )
    ]
    const ends = rootsOf(document).flatMap((root) => root.getAnimations()).filter(({ effect }) =>
      effect?.getComputedTiming().endTime !== Infinity
    )
    await Promise.allSettled(ends.map(({ finished }) => finished))
  })

/** Elements reached by the Tab key at most. */
const tabsMax = 60

/**
 * Presses Tab through the page, and fails for an element whose focus does not show: its outline or shadow has to
 * differ from its ground by 3:1.
 */
export const showsFocus = async (page: Page, state: string, tabs = tabsMax): Promise<void> => {
  await settled(page)
  const faint = new Set<string>()
  let reached = 0
  for (; reached < tabs; reached++) {
    await page.keyboard.press("Tab")
    const said = await page.evaluate(() => {
      type Colour = readonly [number, number, number, number]
      const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!
      const colourOf = (text: string): Colour => {
        context.clearRect(0, 0, 1, 1)
        context.fillStyle = text
        context.fillRect(0, 0, 1, 1)
        const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data
        return [r!, g!, b!, a! / 255]
      }
      const luminance = ([r, g, b]: Colour) => {
        const part = (value: number) =>
          value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
      }
      const contrast = (one: Colour, other: Colour) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
        return (light + 0.05) / (dark + 0.05)
      }
      const parentOf = (one: Element): Element | undefined =>
        one.assignedSlot ?? one.parentElement ?? (one.getRootNode() as ShadowRoot).host ?? undefined
      const groundOf = (one: Element | undefined): Colour => {
        for (let at = one; at !== undefined; at = parentOf(at)) {
          const colour = colourOf(getComputedStyle(at).backgroundColor)
          if (colour[3] > 0.9) return colour
        }
        return [255, 255, 255, 1]
      }
      let active = document.activeElement
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
      if (active === null || active === document.body) return "end"
      // Carbon fades its frames in, with reduced motion too.
      for (const fading of active.getAnimations({ subtree: true })) fading.finish()
      const frames: Array<Colour> = []
      // A component of Carbon draws its focus on the host, or within.
      for (const one of [active, parentOf(active), ...active.children].filter((one) => one !== undefined)) {
        for (const pseudo of [null, "::before", "::after"]) {
          const style = getComputedStyle(one, pseudo)
          if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) {
            frames.push(colourOf(style.outlineColor))
          }
          // Carbon's header changes the colour of its border; a field has the same border without the focus.
          if (one === active && /\bcds--/.test(active.className)) {
            frames.push(...[style.borderBottomColor, style.borderTopColor].map(colourOf))
          }
          const shadow = /rgba?\([^)]*\)/.exec(style.boxShadow)
          if (shadow !== null) frames.push(colourOf(shadow[0]))
        }
      }
      const grounds = [groundOf(active), groundOf(parentOf(active))]
      const isSeen = frames.some((frame) => frame[3] > 0.9 && grounds.some((ground) => contrast(frame, ground) >= 3))
      return isSeen
        ? ""
        : `${active.localName}#${active.id}.${active.className} "${(active.textContent ?? "").trim().slice(0, 40)}"`
    })
    if (said === "end") break
    if (said !== "") faint.add(said)
  }
  assert.isAbove(reached, 0, state)
  assert.deepStrictEqual(Array.from(faint), [], state)
}

/** Fails when the page is wider than the screen. */
export const fits = async (page: Page, state: string): Promise<void> => {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
  assert.isAtMost(content!, screen!, state)
}

/** Finds empty elements with a background, which show nothing else, except fields. */
const drawings = (page: Page): Promise<ReadonlyArray<readonly [name: string, background: string]>> =>
  page.evaluate(() => {
    const within = (root: Document | ShadowRoot): ReadonlyArray<Element> =>
      Array.from(root.querySelectorAll("*")).flatMap((one) => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])])
    return within(document).flatMap((one): ReadonlyArray<readonly [string, string]> => {
      const { backgroundColor, backgroundImage } = getComputedStyle(one)
      const isEmpty = !one.matches("input, :has(*)") && one.shadowRoot === null && one.textContent === ""
      const isSeen = isEmpty && one.clientWidth > 0 && one.clientHeight > 0
      const background = `${backgroundColor} ${backgroundImage}`
      return isSeen && !background.endsWith(", 0) none") ? [[`${one.localName}.${one.className}`, background]] : []
    })
  })

/** Fails when forced colours, as for high contrast, remove what backgrounds draw. */
export const drawnInForcedColours = async (page: Page, least: number): Promise<void> => {
  await settled(page)
  const before = await drawings(page)
  await page.emulateMedia({ forcedColors: "active" })
  const after = await drawings(page)
  await page.emulateMedia({ forcedColors: "none" })
  assert.isAtLeast(before.length, least)
  assert.deepStrictEqual(after, before)
}

/** Checks the page with axe in each of {@link looks}. */
export const accessibleInAllLooks = async (page: Page, state: string): Promise<void> => {
  const viewport = page.viewportSize()!
  // In another width it would point at something else, whose colours change a moment later.
  await page.mouse.move(-1, -1)
  for (const { theme, width } of looks) {
    await page.emulateMedia({ colorScheme: theme })
    await page.locator(`html[data-theme="${theme === "dark" ? "g100" : "white"}"]`).waitFor()
    await page.setViewportSize({ width, height: viewport.height })
    await accessible(page, `${state}, ${theme}, ${width} px wide`)
    await fits(page, `${state}, ${width} px wide`)
  }
  await page.emulateMedia({ colorScheme: "light" })
  await page.setViewportSize(viewport)
}

/** The element with the focus, through all shadow roots: its id, else its text. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    if (element === null) return ""
    const host = element.getRootNode()
    const inside = host instanceof ShadowRoot && host.host.localName === "cds-button" ? host.host : element
    return element.id === "" || element.id === "button" ? inside.textContent!.trim() : element.id
  })
