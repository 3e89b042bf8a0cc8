import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import type { Browser, Locator, Page } from "playwright-core"
import { detailOf, following, hostile, now, pageOf, type Row, rows, thingsOf } from "./Artifacts.ts"
import { drawnInForcedColours, showsFocus } from "./Browser.ts"
import { phishWorld } from "./PhishWorld.ts"
import {
  type Answer,
  launch,
  openPage,
  type PageOptions,
  serveView,
  skipsWithoutBrowser,
  type Views,
  violations
} from "./ViewHarness.ts"

const phone = { viewport: { width: 360, height: 740 } }

/** The connector's answers with these artifacts. */
const having = (all: ReadonlyArray<Row>, index = following) => (url: URL): Answer => {
  if (url.pathname === "/api/search") return { body: pageOf(all, url, index) }
  if (url.pathname === "/api/search/alerts") return { body: thingsOf(all, url, index) }
  const detail = detailOf(all, decodeURIComponent(url.pathname.split("/").at(-1)!))
  return detail === undefined ? { status: 404, body: { _tag: "NoSuchArtifact", id: "" } } : { body: detail }
}

/** The table's values of one column. */
const cells = (page: Page, column: string) => page.locator(`td.of-${column}`).allInnerTexts()

describe.skipIf(skipsWithoutBrowser())("the search", () => {
  let browser: Browser
  let views: Views

  beforeAll(async () => {
    ;[views, browser] = await Promise.all([serveView("search"), launch()])
  })
  afterAll(async () => {
    views.close()
    await browser.close()
  })

  /** Runs a test in a new page, and fails for any fault in it. */
  const inPage = async (
    test: (page: Page) => Promise<void>,
    { search = "", theme = "white", view = "artifacts", ...options }: PageOptions & {
      readonly search?: string
      readonly view?: "alerts" | "artifacts"
      readonly theme?: Views["theme"]
    } = {}
  ) => {
    views.theme = theme
    views.asked.length = 0
    const { close, faults, page } = await openPage(browser, views, options)
    await page.clock.setFixedTime(now)
    const shown = view === "alerts" ? search : `${search === "" ? "?" : `${search}&`}view=artifacts`
    await page.goto(`${views.origin}/signals/search${shown}`)
    await test(page)
    assert.deepStrictEqual(faults, [])
    await close()
  }

  const asked = () =>
    views.asked.filter(({ pathname }) => pathname === "/api/search").map(({ searchParams }) => searchParams)

  it("shows the newest rows, and continues with the next page", () => {
    views.answers = having(rows(150))
    return inPage(async (page) => {
      await page.getByText("100 of 150 artifacts", { exact: true }).waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), 100)
      await page.getByRole("button", { name: "Load more" }).click()
      await page.getByText("That is all.").waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), 150)
      assert.strictEqual(asked()[1]!.get("before"), String(rows(100).at(-1)!.key))
      assert.strictEqual(
        await page.getByText("up to date").innerText(),
        "42,113 artifacts, the newest of 2026-11-25 16:59:12 +01:00; up to date"
      )
    })
  })

  it("keeps the query and the range in the address", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      assert.strictEqual(await page.getByRole("combobox", { name: "Query" }).inputValue(), "user:amy@contoso.example")
      assert.strictEqual(await page.getByLabel("Time range").inputValue(), "7d")
      assert.strictEqual(asked()[0]!.get("query"), "user:amy@contoso.example")
      assert.strictEqual(asked()[0]!.get("from"), "2026-11-18T16:00:00.000Z")

      await page.getByRole("button", { name: "Add severity:" }).click()
      await page.keyboard.type("high")
      await Promise.all([page.waitForResponse(/severity%3Ahigh/), page.keyboard.press("Enter")])
      await page.getByLabel("Time range").selectOption("Last 15 minutes")
      await page.waitForURL(/range=15m/)
      assert.strictEqual(new URL(page.url()).searchParams.get("q"), "user:amy@contoso.example severity:high")

      await page.getByLabel("Time range").selectOption("Custom…")
      await page.getByLabel("From (Europe/Berlin)").fill("2026-11-20T10:00:00")
      await page.getByLabel("To (Europe/Berlin)").fill("2026-11-20T09:00:00")
      await page.getByLabel("To (Europe/Berlin)").blur()
      await page.getByText("The first time has to be before the second.").waitFor()
      await page.getByLabel("To (Europe/Berlin)").fill("2026-11-20T11:30:00")
      await Promise.all([page.waitForURL(/to=/), page.getByRole("button", { name: "Search", exact: true }).click()])
      // The browser's clock is in Berlin.
      assert.strictEqual(new URL(page.url()).searchParams.get("from"), "2026-11-20T09:00:00.000Z")
      assert.strictEqual(asked().at(-1)!.get("to"), "2026-11-20T10:30:00.000Z")
      assert.isTrue(await page.getByRole("switch", { name: "Live tail" }).isDisabled())
    }, { search: "?q=user%3Aamy%40contoso.example&range=7d" })
  })

  it("shows what is wrong with a query at its box", () => {
    views.answers = (url) =>
      url.searchParams.get("query") === "amy port:25"
        ? { status: 400, body: { _tag: "BadQuery", fault: "there is no field port", at: { from: 4, to: 8 } } }
        : having(rows(3))(url)
    return inPage(async (page) => {
      const box = page.getByRole("combobox", { name: "Query" })
      await box.fill("amy port:25")
      await box.press("Enter")
      await page.getByText("There is no field port.").waitFor()
      assert.strictEqual(await page.locator("mark").innerText(), "port")
      assert.strictEqual(await page.locator("code.where").innerText(), "amy port:25")
      await page.getByRole("button", { name: "Export" }).click()
      for (const form of await page.getByRole("button", { name: /^NDJSON|^CSV/ }).all()) {
        assert.isTrue(await form.isDisabled())
      }
      assert.strictEqual(await box.getAttribute("aria-invalid"), "true")
      assert.include(await box.getAttribute("aria-describedby"), "query-fault")
      assert.strictEqual(await page.locator("tr[data-key]").count(), 0)
      await page.getByRole("button", { name: "Clear the query" }).click()
      await page.locator("tr[data-key]").first().waitFor()
      assert.strictEqual(await box.getAttribute("aria-invalid"), "false")
    })
  })

  it("runs nothing that an attacker wrote, and hides nothing", () => {
    views.answers = having(hostile)
    return inPage(async (page) => {
      await page.locator("tr[data-key]").first().waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), hostile.length)
      const shown = (await cells(page, "title")).join("\n")
      for (
        const text of [
          "<img src=x onerror=",
          "javascript:alert",
          "⟨U+202E⟩",
          "⟨U+200B⟩",
          "⟨U+0007⟩",
          "⟨U+001B⟩",
          "(10000 characters)"
        ]
      ) {
        assert.include(shown, text)
      }
      assert.include((await cells(page, "indicator")).join("\n"), "javascript[:]alert")
      for (const row of await page.locator("tr[data-key]").all()) {
        await row.dispatchEvent("click")
        await page.locator("dl").first().waitFor()
        await page.getByRole("tab", { name: /Related/ }).dispatchEvent("click")
        await page.locator(".row").nth(hostile.length - 1).waitFor()
        await page.getByRole("tab", { name: "JSON" }).dispatchEvent("click")
        await page.locator("pre").waitFor()
        await page.getByRole("tab", { name: "Summary" }).dispatchEvent("click")
      }
      assert.strictEqual(
        await page.locator("img, iframe, azure-security-results a, azure-security-detail a").count(),
        0
      )
      assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth), 1280)
      // One press shows the whole of a long text.
      await page.locator("tr[data-key]").nth(2).dispatchEvent("click")
      await page.getByRole("heading", { level: 2, name: "AAA" }).waitFor()
      const title = page.locator("dt", { hasText: "Title" }).locator("xpath=following-sibling::dd[1]")
      await title.getByRole("button", { name: "Show all of it" }).click()
      assert.include(await title.innerText(), "A".repeat(10_000))
      // A value that is chosen is searched for as text only.
      await Promise.all([page.waitForURL(/q=ruleName%3A%22A{200}%22\*/), title.getByRole("button").first().click()])
    })
  })

  it("opens related artifacts, and goes back again", () => {
    const all = rows(40)
    views.answers = having(all)
    return inPage(async (page) => {
      const detail = page.locator("azure-security-detail")
      const [row, sibling] = [all[2]!, all[0]!]
      await page.locator("tr[data-key]").nth(2).click()
      await detail.getByText("T1566.002").first().waitFor()
      assert.strictEqual(new URL(page.url()).searchParams.get("artifact"), row.id)
      assert.strictEqual(await detail.getByRole("heading", { level: 2 }).innerText(), row.title)

      await detail.getByRole("tab", { name: "JSON" }).click()
      const json = await detail.locator("pre").innerText()
      assert.include(json, "  \"message\": {\n    \"id\": \"da3\"")
      assert.include(json, "90071992547409931")

      await detail.getByRole("tab", { name: /Related/ }).click()
      await detail.locator(".row", { hasText: sibling.email_subject! }).first().click()
      await page.waitForURL(new RegExp(`artifact=${sibling.id}`))
      await detail.locator(".row", { hasText: "Multi-stage incident" }).first().click()
      await detail.getByRole("heading", { level: 2, name: "Multi-stage incident" }).waitFor()
      await detail.getByRole("button", { name: "Back" }).click()
      await detail.getByRole("button", { name: "Back" }).click()
      await page.waitForURL(new RegExp(`artifact=${row.id}`))

      await detail.getByRole("tab", { name: "Summary" }).click()
      await detail.locator("dl").getByRole("button", { name: "Add User CONTOSO\\kavya to the query" }).click()
      await page.waitForURL(/q=userName/)
      assert.strictEqual(await page.getByRole("combobox", { name: "Query" }).inputValue(), "userName:CONTOSO\\kavya")
      // The address changes before the request is sent.
      await vi.waitFor(() => assert.strictEqual(asked().at(-1)!.get("query"), "userName:CONTOSO\\kavya"))
    }, { viewport: { width: 1440, height: 900 } })
  })

  it("copies the real values, and defanged ones where it is asked to", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
      await page.locator("tr[data-key]").nth(1).click()
      const copied = async (label: string) => {
        await page.getByRole("button", { name: `Copy ${label}`, exact: true }).click()
        await page.getByText("Copied").first().waitFor()
        return page.evaluate(() => navigator.clipboard.readText())
      }
      assert.strictEqual(await copied("URL"), "https://login.c0ntoso.example/owa?u=amy")
      assert.strictEqual(await copied("URL, defanged"), "hxxps://login[.]c0ntoso[.]example/owa?u=amy")
      assert.strictEqual(await copied("Last activity"), "2026-11-25T15:58:30.000Z")
      await page.getByRole("tab", { name: "JSON" }).click()
      await page.getByRole("button", { name: "Copy JSON" }).click()
      await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("{\"id\""))
      // A page over HTTP from another machine has no clipboard.
      await page.getByRole("tab", { name: "Summary" }).click()
      await page.evaluate(() => {
        const { clipboard } = navigator
        Object.defineProperty(navigator, "clipboard", { value: undefined })
        Object.assign(globalThis, { clipboard })
      })
      await page.getByRole("button", { name: "Copy User" }).click()
      await page.waitForFunction(async () =>
        await (globalThis as unknown as { readonly clipboard: Clipboard }).clipboard.readText() ===
          "amy@contoso.example"
      )
    })
  })

  it("says that the artifact of a link is gone", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      await page.getByText("This artifact is not in the index").waitFor()
      assert.strictEqual(await page.getByRole("tab").count(), 0)
      await page.keyboard.press("Escape")
      await page.waitForFunction(() => !location.search.includes("artifact="))
    }, { search: "?artifact=gone" })
  })

  it("works by keyboard alone", () => {
    const all = rows(30)
    views.answers = having(all)
    return inPage(async (page) => {
      await page.locator("tr[data-key]").first().waitFor()
      await page.getByRole("combobox", { name: "Query" }).focus()
      const focused = () =>
        page.evaluate(() => {
          let at = document.activeElement
          while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
          return `${at?.localName} ${at?.getAttribute("data-key") ?? at?.textContent?.trim() ?? ""}`
        })
      for (let press = 0; press < 60 && !(await focused()).startsWith("tr "); press++) await page.keyboard.press("Tab")
      assert.strictEqual(await focused(), `tr ${all[0]!.key}`)
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("ArrowUp")
      await page.keyboard.press("Enter")
      await page.locator("dl").first().waitFor()
      assert.strictEqual(await focused(), `h2 ${all[1]!.title}`)
      await page.keyboard.press("Tab")
      await page.keyboard.press("ArrowRight")
      await page.locator(".row").first().waitFor()
      assert.match(await focused(), /^button Related/)
      await page.keyboard.press("End")
      await page.locator("pre").waitFor()
      assert.match(await focused(), /^button JSON/)
      await page.keyboard.press("Home")
      await page.locator("dl").first().waitFor()
      assert.match(await focused(), /^button Summary/)
      await page.keyboard.press("Escape")
      assert.strictEqual(await focused(), `tr ${all[1]!.key}`)
      await page.keyboard.press("End")
      assert.strictEqual(await focused(), `tr ${all.at(-1)!.key}`)
      await page.keyboard.press("Home")
      assert.strictEqual(await focused(), `tr ${all[0]!.key}`)
    })
  })

  it("shows and marks new rows while live, and pauses while the page is hidden", async () => {
    const all = rows(20)
    views.answers = having(all.slice(2))
    await inPage(async (page) => {
      await page.locator("tr[data-key]").first().waitFor()
      await page.clock.install({ time: now })
      await page.getByRole("switch", { name: "Live tail" }).click()
      await page.clock.runFor(100)
      // What arrives last stands first, though it is older than the others.
      views.answers = having([all[1]!, ...all.slice(3), all[2]!])
      await Promise.all([page.waitForResponse(/api\/search.*sort=arrival/), page.clock.runFor(4100)])
      await page.locator("tr.fresh").waitFor()
      await page.getByRole("button", { name: "1 new" }).waitFor()
      assert.deepStrictEqual(
        await page.locator("tr.fresh").evaluateAll((found) => found.map((row) => row.dataset["key"])),
        [String(all[1]!.key)]
      )
      const hide = (state: string) =>
        page.evaluate((state) => {
          Object.defineProperty(document, "visibilityState", { value: state, configurable: true })
          document.dispatchEvent(new Event("visibilitychange"))
        }, state)
      await hide("hidden")
      views.answers = having(all)
      await page.clock.runFor(4100)
      const before = views.asked.length
      await page.clock.runFor(60_000)
      assert.strictEqual(views.asked.length, before)
      await hide("visible")
      await page.clock.runFor(100)
      await page.locator(`tr.fresh[data-key="${all[0]!.key}"]`).waitFor()
      await page.getByRole("switch", { name: "Live tail" }).click()
      await page.locator("tr.fresh").first().waitFor({ state: "detached" })
    })
  })

  it("marks no rows as new that are older than the shown ones", () => {
    const all = rows(300)
    views.answers = having(all.slice(1))
    return inPage(async (page) => {
      await page.getByText("100 of 299 artifacts", { exact: true }).waitFor()
      await Promise.all([page.waitForResponse(/limit=200/), page.getByRole("switch", { name: "Live tail" }).click()])
      views.answers = having(all)
      await page.clock.runFor(4100)
      await page.getByText("1 new artifact", { exact: true }).waitFor({ state: "attached" })
      assert.strictEqual(await page.locator("tr[data-key]").count(), 200)
      assert.strictEqual(await page.locator("tr.fresh").count(), 1)
      await page.getByRole("button", { name: "1 new" }).click()
      assert.strictEqual(await page.locator("tr.fresh").count(), 0)
      await page.getByRole("switch", { name: "Live tail" }).click()
      await page.getByRole("button", { name: "Load more" }).click()
      await page.getByText("100 artifacts more", { exact: true }).waitFor({ state: "attached" })
      assert.strictEqual(await page.locator("tr[data-key]").count(), 200)
    })
  })

  it("repeats failed requests after a sign-in, and when the connector answers again", () => {
    const isOver: Answer = { status: 401, body: { _tag: "SignInNeeded" } }
    const all = rows(150)
    views.answers = () => isOver
    return inPage(async (page) => {
      const signIn = async (answers: Views["answers"]) => {
        views.answers = answers
        await page.evaluate(() => dispatchEvent(new Event("signed-in")))
      }
      const hear = (hearing: string) =>
        page.evaluate((hearing) => {
          const view = document.querySelector("azure-security-search")!
          Object.assign(view, { hearing })
          return (view as unknown as { readonly updateComplete: Promise<boolean> }).updateComplete
        }, hearing)
      await page.waitForResponse(/api\/search\/artifacts/)
      assert.strictEqual(await page.getByRole("alert").filter({ hasText: /./ }).count(), 0)
      await signIn(having(all))
      await page.locator("dl").first().waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), 100)
      await page.keyboard.press("Escape")
      views.answers = () => isOver
      await Promise.all([page.waitForResponse(/before/), page.getByRole("button", { name: "Load more" }).click()])
      await signIn(having(all))
      await page.getByText("That is all.").waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), 150)

      await hear("lost")
      await page.getByText("The connector does not answer; 42,113 artifacts when it last did").waitFor()
      assert.strictEqual(await page.locator(".index.quiet").count(), 1)
      const before = views.asked.length
      await hear("live")
      await page.getByText("up to date").waitFor()
      assert.strictEqual(views.asked.length, before)
      await page.route(/api\/search/, (route) => route.abort())
      await page.getByRole("button", { name: "Search", exact: true }).click()
      await page.getByText("The search failed").waitFor()
      await page.unroute(/api\/search/)
      await hear("lost")
      await hear("asking")
      await page.locator("tr[data-key]").first().waitFor()
    }, { search: `?artifact=${all[0]!.id}` })
  })

  it("goes back to the previous search, and from the details to the rows", () => {
    const all = rows(30)
    views.answers = having(all)
    return inPage(async (page) => {
      const box = page.getByRole("combobox", { name: "Query" })
      const rowsOf = async (query: string) => {
        await page.locator("tr[data-key]").first().waitFor()
        await page.waitForFunction((query) => new URLSearchParams(location.search).get("q") === query, query)
        assert.strictEqual(await box.inputValue(), query)
        assert.strictEqual(asked().at(-1)!.get("query"), query)
      }
      for (const query of ["beacon", "spray"]) {
        await box.fill(query)
        await Promise.all([page.waitForResponse(new RegExp(`query=${query}`)), box.press("Enter")])
      }
      const isOpen = () => page.locator("dialog").evaluate((dialog) => (dialog as HTMLDialogElement).open)
      const row = page.locator("tr[data-key]").nth(1)
      await row.click()
      await page.locator("dl").first().waitFor()
      await page.goBack()
      await page.locator("dialog").waitFor({ state: "hidden" })
      assert.isFalse(await isOpen())
      await rowsOf("spray")
      await page.goForward()
      await page.getByRole("heading", { level: 2, name: all[1]!.title }).waitFor()
      // Closing the details goes back too, so that the details are no further step of the history.
      await page.getByRole("button", { name: "Close the details" }).click()
      await page.waitForFunction(() => !location.search.includes("artifact="))
      await Promise.all([page.waitForResponse(/query=beacon/), page.goBack()])
      await rowsOf("beacon")

      // The navigation opens the view without a query.
      await page.evaluate(async () => {
        const view = document.querySelector("azure-security-search")!
        history.pushState(null, "", "/signals/activity")
        dispatchEvent(new PopStateEvent("popstate"))
        view.remove()
        history.pushState(null, "", "/signals/search")
        document.querySelector("main")!.append(document.createElement("azure-security-search"))
      })
      await rowsOf("beacon")
    }, phone)
  })

  it("shows its columns when the browser stores nothing, and always at least one", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      await page.addInitScript(() =>
        Object.defineProperty(globalThis, "localStorage", {
          get: () => {
            throw new DOMException("forbidden", "SecurityError")
          }
        })
      )
      await page.reload()
      await page.locator("tr[data-key]").first().waitFor()
      assert.deepStrictEqual((await page.getByRole("columnheader").allInnerTexts()).slice(0, 3), [
        "Time Europe/Berlin",
        "Severity",
        "Title"
      ])
      await page.getByRole("button", { name: "Columns" }).click()
      for (let left = 9; left > 1; left--) {
        await page.locator("cds-checkbox[checked]").last().locator("label").click()
        await page.waitForFunction((left) =>
          document.querySelector("azure-security-search")!.shadowRoot!
            .querySelectorAll("cds-checkbox[checked]").length === left - 1, left)
      }
      assert.isTrue(await page.getByRole("checkbox", { name: "Time" }).isDisabled())
    })
  })

  it("adds a term to the typed query, even before it was searched for", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      await page.locator("tr[data-key]").first().click()
      await page.locator("dl").first().waitFor()
      await page.getByRole("combobox", { name: "Query" }).fill("invoice")
      await page.locator("dl").getByRole("button", { name: "Add User amy@contoso.example to the query" }).click()
      await page.waitForFunction(() =>
        new URLSearchParams(location.search).get("q") === "invoice userName:amy@contoso.example"
      )
    }, { viewport: { width: 1440, height: 900 } })
  })

  it("finds by itself what is indexed only after the search", () => {
    let index: typeof following = { ...following, state: "resting", rows: 0, bytes_behind: 12_000_000 }
    let all: ReadonlyArray<Row> = []
    views.answers = (url) => having(all, index)(url)
    return inPage(async (page) => {
      await page.getByText("0 artifacts; resting 12 MB behind until the next search").waitFor()
      index = { ...index, state: "catching_up" }
      await page.clock.runFor(4100)
      await page.getByText("The index is still catching up").waitFor()
      await page.getByText("0 artifacts; catching up, 12 MB behind").waitFor()
      ;[all, index] = [rows(5), following]
      await page.clock.runFor(4100)
      await page.locator("tr[data-key]").first().waitFor()
      await page.getByText("up to date").waitFor()
    })
  })

  it("exports all matches, and tells how far it is", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      await page.locator("tr[data-key]").first().waitFor()
      await page.getByRole("button", { name: "Export" }).click()
      await page.getByText("All 3 artifacts of this search, not only the rows that are shown.").waitFor()
      const bodies = { ndjson: "{\"id\":1}\n{\"id\":2}\n", csv: "key\r\n1\r\n2\r\n" }
      await page.route(/search\/export/, (route) => {
        const url = new URL(route.request().url())
        return route.fulfill({
          body: bodies[url.searchParams.get("format") as "csv" | "ndjson"],
          headers: { "x-artifacts-total": "3", "content-type": "text/plain" }
        })
      })
      for (
        const [name, format, bom] of [[/^NDJSON/, "ndjson", {}], [/^CSV:/, "csv", {}], [/^CSV for Excel/, "csv", {
          bom: "1"
        }]] as const
      ) {
        const [request, download] = await Promise.all([
          page.waitForRequest(/search\/export/),
          page.waitForEvent("download"),
          page.getByRole("button", { name }).click()
        ])
        assert.deepStrictEqual(Object.fromEntries(new URL(request.url()).searchParams), {
          query: "severity:high",
          from: "2026-11-24T16:00:00.000Z",
          to: "2026-11-25T16:05:00.000Z",
          format,
          ...bom
        })
        assert.strictEqual(download.suggestedFilename(), `artifacts.${format}`)
        assert.strictEqual(readFileSync(await download.path(), "utf8"), bodies[format])
        await page.getByText(`Exported 2 of 3 artifacts, ${bodies[format].length} bytes.`).waitFor()
      }
      await page.unroute(/search\/export/)
      await page.route(/search\/export/, (route) => route.abort())
      await page.getByRole("button", { name: /^NDJSON/ }).click()
      await page.getByText("Nothing was saved: the connector does not answer").waitFor()
    }, { search: "?q=severity%3Ahigh" })
  })

  it("shows alerts in their latest state, with their evidence folded beneath", () => {
    const all = rows(60)
    views.answers = having(all)
    return inPage(async (page) => {
      await page.getByText("13 alerts, 60 artifacts").waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), 13)
      assert.strictEqual(views.asked.filter(({ pathname }) => pathname === "/api/search").length, 0)
      const evidence = all.filter(({ alert_id, evidence }) => alert_id === "da0" && evidence !== undefined)
      await page.getByRole("button", { name: "Show the evidence" }).first().click()
      await page.locator("tr.child").first().waitFor()
      assert.strictEqual(await page.locator("tr.child").count(), evidence.length)
      assert.strictEqual(await page.locator("dialog[open]").count(), 0)
      // Beneath its alert, an evidence says what it is about.
      assert.include(
        (await page.locator("tr.child td.of-title").allInnerTexts()).join("\n"),
        "hxxps://login[.]c0ntoso[.]example"
      )
      await page.locator("tr[data-key]").first().focus()
      await page.keyboard.press("ArrowLeft")
      assert.strictEqual(await page.locator("tr.child").count(), 0)
      await page.keyboard.press("ArrowRight")
      await page.locator("tr.child").first().waitFor()
      assert.deepStrictEqual(await violations(page), [])

      await page.getByRole("button", { name: "Order" }).click()
      await page.getByLabel("Group").selectOption("By tenant")
      await page.locator("tr.group", { hasText: "11111111-1111" }).waitFor()
      await page.getByLabel("Sort").selectOption("Most severe first")
      await page.waitForURL(/sort=severity&group=tenant/)
      assert.deepInclude(Object.fromEntries(views.asked.at(-1)!.searchParams), { sort: "severity", group: "tenant" })
      assert.deepStrictEqual(await violations(page), [])
      await page.keyboard.press("Escape")

      await page.getByRole("switch", { name: "Single artifacts" }).click()
      await page.waitForURL(/view=artifacts/)
      await page.getByText("60 artifacts", { exact: true }).first().waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), 60)
      assert.strictEqual(await page.locator("tr.group, td.of-fold").count(), 0)
    }, { view: "alerts" })
  })

  it("shows what changed between the versions of an alert", () => {
    const all = rows(12)
    const alert = all.find(({ alert_id, evidence }) => alert_id === "da0" && evidence === undefined)!
    const earlier = { ...alert, key: 1, id: "earlier" }
    const version = (id: string, status: string, hour: number) =>
      JSON.stringify({
        id,
        message: JSON.stringify({ status, title: "Same", lastUpdateDateTime: `2026-11-25T1${hour}:00:00Z` })
      })
    views.answers = (url) => {
      const id = url.pathname.split("/").at(-1)
      const detail = { row: alert, alert: [earlier], incident: [], members: [] }
      if (id === alert.id) return { body: { ...detail, artifact: version(id, "resolved", 2) } }
      if (id === "earlier") return { body: { ...detail, artifact: version(id, "new", 1) } }
      return having(all)(url)
    }
    return inPage(async (page) => {
      await page.getByRole("tab", { name: "History" }).click()
      const items = page.locator("azure-security-history-of li")
      await items.first().waitFor()
      const [latest, first] = await items.allInnerTexts()
      assert.match(latest!, /^2026-11-25 13:00:00 \+01:00\s+lastUpdateDateTime\s+.*\s+status\s+new → resolved$/)
      assert.match(first!, /^2026-11-25 12:00:00 \+01:00\s+The first version that the index has\.$/)
      assert.deepStrictEqual(await violations(page), [])
    }, { search: `?artifact=${alert.id}`, viewport: { width: 1440, height: 900 } })
  })

  it("opens an alert in Microsoft's portal, and no other address", () => {
    const all = rows(12)
    const portal = "https://security.microsoft.com/alerts/da0?tid=1"
    let alertWebUrl = portal
    views.answers = (url) => {
      const detail = detailOf(all, url.pathname.split("/").at(-1)!)
      return detail === undefined ? having(all)(url) : {
        body: {
          ...detail,
          artifact: JSON.stringify({ uri: "https://evil.example", message: JSON.stringify({ alertWebUrl }) })
        }
      }
    }
    return inPage(async (page) => {
      const link = page.getByRole("link", { name: "Open in Defender (in a new tab)" })
      await link.waitFor()
      assert.deepStrictEqual(await Promise.all(["href", "rel", "target"].map((name) => link.getAttribute(name))), [
        portal,
        "noopener noreferrer",
        "_blank"
      ])
      assert.deepStrictEqual(await violations(page), [])
      alertWebUrl = "https://security.microsoft.com.evil.example/alerts/da0"
      await page.reload()
      await page.getByText("hxxps://evil[.]example", { exact: true }).waitFor()
      assert.strictEqual(await page.locator("azure-security-detail a").count(), 0)
    }, { search: `?artifact=${all[0]!.id}`, viewport: { width: 1440, height: 900 } })
  })

  it("draws the matches over time, of which a stretch can be searched, and adds or excludes frequent values", () => {
    views.answers = having(rows(60))
    return inPage(async (page) => {
      const box = page.getByRole("combobox", { name: "Query" })
      const bars = page.getByRole("slider")
      await bars.waitFor()
      assert.match(await bars.getAttribute("aria-valuetext") ?? "", /: 2 high, 23 informational$/)
      assert.strictEqual(await bars.locator("rect").count(), 23 + 16 + 4)
      await page.getByRole("button", { name: "Exclude Severity high" }).click()
      await page.waitForURL(/q=-severity/)
      await page.locator("azure-security-facets").getByRole("button", { name: /amy@contoso/ }).first().click()
      await page.waitForURL(/userName/)
      assert.strictEqual(await box.inputValue(), "-severity:high userName:amy@contoso.example")

      const { height, width, x, y } = (await bars.boundingBox())!
      await page.mouse.move(x + width * 2.5 / 24, y + height / 2)
      await page.mouse.down()
      await page.mouse.move(x + width * 5.5 / 24, y + height / 2)
      await page.mouse.up()
      await page.waitForURL(/from=/)
      const told = () => new URL(page.url()).searchParams
      assert.deepStrictEqual([told().get("from"), told().get("to")], [
        "2026-11-24T18:00:00.000Z",
        "2026-11-24T22:00:00.000Z"
      ])
      await bars.focus()
      await page.keyboard.press("End")
      await page.keyboard.press("Shift+ArrowLeft")
      await page.keyboard.press("Enter")
      await page.waitForURL(/to=2026-11-25/)
      assert.deepStrictEqual([told().get("from"), told().get("to")], [
        "2026-11-25T14:00:00.000Z",
        "2026-11-25T16:00:00.000Z"
      ])
      assert.deepStrictEqual(await violations(page), [])
      await drawnInForcedColours(page, 2)
    }, { view: "alerts", viewport: { width: 1440, height: 900 } })
  })

  it("completes fields and values while a query is typed", () => {
    views.answers = (url) => {
      if (url.pathname !== "/api/search/suggest") return having(rows(3))(url)
      const [field, beginning] = [url.searchParams.get("field"), url.searchParams.get("beginning")!]
      return field === null
        ? { body: { names: ["user", "userName"].filter((name) => name.startsWith(beginning)), values: [] } }
        : {
          body: {
            names: [],
            values: [{ value: "amy@contoso.example", count: 1234 }, { value: "amy alberts", count: 7 }]
          }
        }
    }
    return inPage(async (page) => {
      const box = page.getByRole("combobox", { name: "Query" })
      await box.pressSequentially("severity:high us")
      const option = (name: RegExp) => page.getByRole("option", { name })
      await option(/^userName:$/).waitFor()
      assert.strictEqual(await box.getAttribute("aria-expanded"), "true")
      await box.press("ArrowDown")
      assert.strictEqual(await box.getAttribute("aria-activedescendant"), "option-0")
      assert.deepStrictEqual(await violations(page), [])
      await box.press("Enter")
      assert.strictEqual(await box.inputValue(), "severity:high user:")
      await option(/^amy@contoso\.example\s*1,234$/).waitFor()
      await option(/^amy alberts/).click()
      assert.strictEqual(await box.inputValue(), "severity:high user:\"amy alberts\" ")
      await box.pressSequentially("us")
      await option(/^user:$/).waitFor()
      await box.press("Escape")
      assert.strictEqual(await page.locator("[id^=option-]").count(), 0)
      // The suggestions do not keep Enter from searching.
      await Promise.all([page.waitForURL(/q=severity/), box.press("Enter")])
    })
  })

  it("keeps the last searches, and saves one under a name", () => {
    const kept = { recent: ["user:amy", "beacon"], saved: [{ name: "Phish", query: "messageType:phishing_*" }] }
    const posted: Array<unknown> = []
    views.answers = (url) => url.pathname === "/api/search/kept" ? { body: kept } : having(rows(3))(url)
    return inPage(async (page) => {
      page.on("request", (request) => {
        if (request.method() === "POST") posted.push(request.postDataJSON())
      })
      const box = page.getByRole("combobox", { name: "Query" })
      await page.getByRole("button", { name: "Searches" }).click()
      await page.getByRole("button", { name: "beacon" }).click()
      await page.waitForURL(/q=beacon/)
      assert.strictEqual(await box.inputValue(), "beacon")
      await page.getByRole("button", { name: "Searches" }).click()
      await page.getByLabel("Save the query in the box as").fill("C2")
      await page.keyboard.press("Enter")
      await page.getByRole("button", { name: "Delete Phish" }).click()
      await vi.waitFor(() =>
        assert.deepStrictEqual(posted, [{ searched: "beacon" }, { name: "C2", query: "beacon" }, { forget: "Phish" }])
      )
      assert.deepStrictEqual(await violations(page), [])
    })
  })

  it("adds a value to the query, excludes it, or searches only for it", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      const box = page.getByRole("combobox", { name: "Query" })
      await page.locator("tr[data-key]").first().click()
      await page.locator("dl").first().waitFor()
      await page.getByRole("button", { name: "Exclude Severity informational" }).click()
      await page.waitForURL(/q=/)
      assert.strictEqual(await box.inputValue(), "(beacon OR spray) -severityLabel:informational")
      await page.getByRole("button", { name: "Search only User amy@contoso.example" }).click()
      await page.waitForURL(/q=userName/)
      assert.strictEqual(await box.inputValue(), "userName:amy@contoso.example")
    }, { search: "?q=beacon%20OR%20spray", viewport: { width: 1440, height: 900 } })
  })

  it("shows all times in one zone, which the table names, and keeps the choice", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      await page.locator("tr[data-key]").first().waitFor()
      assert.strictEqual((await cells(page, "time"))[0], "2026-11-25 17:00:00")
      assert.strictEqual(await page.getByRole("columnheader").first().innerText(), "Time Europe/Berlin")
      await page.evaluate(() => localStorage.setItem("azure-security-zone", "utc"))
      await page.reload()
      await page.locator("tr[data-key]").first().click()
      await page.getByText("2026-11-25 16:00:00 UTC").first().waitFor()
      assert.strictEqual((await cells(page, "time"))[0], "2026-11-25 16:00:00")
      assert.strictEqual(await page.getByRole("columnheader").first().innerText(), "Time UTC")
      await page.getByLabel("Time range").selectOption("Custom…")
      assert.strictEqual(await page.getByLabel("To (UTC)").inputValue(), "2026-11-25T16:05")
      await page.evaluate(() => localStorage.removeItem("azure-security-zone"))
    }, { viewport: { width: 1440, height: 900 } })
  })

  it("shows the chosen columns as wide as they were made, and remembers them", () => {
    views.answers = having(rows(3))
    return inPage(async (page) => {
      await page.locator("tr[data-key]").first().waitFor()
      assert.strictEqual(await page.getByRole("columnheader").count(), 9)
      await page.getByRole("button", { name: "Columns" }).click()
      await page.locator("cds-checkbox", { hasText: "File hash" }).locator("label").click()
      await page.locator("cds-checkbox", { hasText: "Message type" }).locator("label").click()
      await page.keyboard.press("Escape")
      const edge = page.getByRole("separator", { name: "Width of Title" })
      const width = Number(await edge.getAttribute("aria-valuenow"))
      await edge.focus()
      await page.keyboard.press("ArrowLeft")
      await page.keyboard.press("ArrowLeft")
      const { x, y } = (await edge.boundingBox())!
      await page.mouse.move(x + 4, y + 8)
      await page.mouse.down()
      await page.mouse.move(x - 20, y + 8, { steps: 3 })
      await page.mouse.up()
      const narrower = await edge.getAttribute("aria-valuenow")
      assert.isBelow(Number(narrower), width - 40)
      await page.reload()
      await page.locator("tr[data-key]").first().waitFor()
      assert.strictEqual(await edge.getAttribute("aria-valuenow"), narrower)
      const heads = await page.getByRole("columnheader").allInnerTexts()
      assert.include(heads, "File hash")
      assert.notInclude(heads, "Message type")
      const overflow = () => page.locator(".scroll").evaluate((one) => one.scrollWidth - one.clientWidth)
      assert.isAtMost(await overflow(), 0)
      await edge.dblclick()
      await page.getByRole("button", { name: "Columns" }).click()
      await page.getByRole("button", { name: "Show the default columns" }).click()
      assert.strictEqual(await page.getByRole("columnheader").count(), 9)
      // In a narrower window fewer columns fit, and the menu says which are left out.
      await page.setViewportSize({ width: 1100, height: 900 })
      await page.getByText(/The table is too narrow for .*Destination/).waitFor()
      assert.isAtMost(await overflow(), 0)
      assert.include(await page.getByRole("columnheader").allInnerTexts(), "Email or URL")
    }, { viewport: { width: 1920, height: 900 } })
  })

  it("says why a search failed, and tries again", () => {
    let answer: Answer = {
      status: 503,
      body: { _tag: "SearchUnavailable", why: "the search is off: set search to on" }
    }
    views.answers = (url) => answer.status === 200 ? having(rows(3))(url) : answer
    return inPage(async (page) => {
      const again = page.getByRole("button", { name: "Try again" })
      await page.getByText("the search is off: set search to on").waitFor()
      answer = { status: 429, body: { _tag: "TooManyRequests", retry_after_seconds: 7 } }
      await again.click()
      await page.getByText("too many requests: wait 7 seconds").waitFor()
      await page.route(/api\/search/, (route) => route.abort())
      await again.click()
      await page.getByText("the connector does not answer").waitFor()
      await page.unroute(/api\/search/)
      answer = { status: 200, body: {} }
      await again.click()
      await page.locator("tr[data-key]").first().waitFor()
    })
  })

  it("drops a request when another one is sent", async () => {
    let answerFirst = () => {}
    const isHeld = new Promise<void>((resolve) => {
      answerFirst = resolve
    })
    views.answers = async (url) => {
      if (url.searchParams.get("query") === "slow") await isHeld
      return having(url.searchParams.get("query") === "slow" ? rows(30) : rows(2))(url)
    }
    await inPage(async (page) => {
      await page.locator(".found", { hasText: "2 artifacts" }).waitFor()
      const box = page.getByRole("combobox", { name: "Query" })
      await box.fill("slow")
      await Promise.all([page.waitForRequest(/query=slow/), box.press("Enter")])
      await box.fill("quick")
      await Promise.all([page.waitForEvent("requestfailed"), page.waitForResponse(/query=quick/), box.press("Enter")])
      answerFirst()
      await page.locator(".found", { hasText: "2 artifacts" }).waitFor()
      assert.strictEqual(await page.locator("tr[data-key]").count(), 2)
    })
  })

  for (const theme of ["white", "g100"] as const) {
    it(`is accessible to axe-core's rules, in ${theme}`, async () => {
      views.answers = having(rows(5))
      await inPage(async (page) => {
        await page.locator("tr[data-key]").nth(1).click()
        await page.locator("dl").first().waitFor()
        await page.getByRole("button", { name: "Columns" }).click()
        assert.deepStrictEqual(await violations(page), [])
        await drawnInForcedColours(page, 2)
        await page.keyboard.press("Escape")
        await page.getByRole("tab", { name: "JSON" }).click()
        assert.deepStrictEqual(await violations(page), [])
        await page.getByRole("tab", { name: /Related/ }).click()
        views.answers = () => ({ status: 503, body: { _tag: "SearchUnavailable", why: "it is off" } })
        await page.getByRole("button", { name: "Search", exact: true }).click()
        await page.getByText("it is off").waitFor()
        assert.deepStrictEqual(await violations(page), [])
      }, { theme, viewport: { width: 1440, height: 900 } })
    })
  }

  it.effect("tells in a few clicks what amy clicked, who else got it, and what the incident has", () =>
    Effect.gen(function*() {
      views.answers = yield* phishWorld
      yield* Effect.promise(() =>
        inPage(async (page) => {
          let clicks = 0
          const click = (what: Locator) => {
            clicks++
            return what.click()
          }
          await click(page.getByTitle("Add amy@contoso.example to the query"))
          await click(page.locator("tr[data-key]", { hasText: "URL click" }).first())
          const story = page.locator("azure-security-story")
          await story.getByText(
            /URL click was detected” is a new alert of high severity in .*, about amy@contoso\.example/
          )
            .waitFor()
          // No line begins with the comma behind a value, at the widths where one could.
          const alone = await story.locator(".sentence").evaluate((sentence: HTMLElement) => {
            const values = Array.from(sentence.querySelectorAll(".whole:has(button)"), (whole) => {
              const range = document.createRange()
              range.selectNode(Array.from(whole.childNodes).findLast(({ nodeType }) => nodeType === Node.TEXT_NODE)!)
              return { range, value: whole.querySelector("button")! }
            }).filter(({ range }) => range.toString().trim() === ",")
            const found: Array<number> = []
            for (let width = 340; width < 440; width += 2) {
              sentence.style.width = `${width}px`
              const wraps = values.some(({ range, value }) =>
                range.getBoundingClientRect().top >= value.getBoundingClientRect().bottom
              )
              if (wraps) found.push(width)
            }
            sentence.style.width = ""
            return values.length === 0 ? [-1] : found
          })
          assert.deepStrictEqual(alone, [])
          const evidence = await story.locator("summary").allInnerTexts()
          assert.match(evidence[0]!, /Your mailbox is almost full\s+from it@c0ntoso\.example to amy@contoso\.example/)
          assert.match(evidence.join(" "), /hxxps:\/\/login\[\.\]c0ntoso\[\.\]example:8443\/x\s+Verdict:\s+Malicious/)
          await story.getByText("Phishing: Spearphishing Link").waitFor()
          const others = page.locator("azure-security-recipients")
          await others.locator("li").first().waitFor()
          assert.sameMembers((await others.locator("bdi").allInnerTexts()).slice(0, 2), [
            "chidi@contoso.example",
            "bert@contoso.example"
          ])
          await drawnInForcedColours(page, 2)
          for (const theme of ["g100", "white"]) {
            await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), theme)
            await showsFocus(page, `an alert, ${theme}`, 45)
            assert.deepStrictEqual(await violations(page), [])
          }

          await click(story.locator("section", { hasText: "Part of" }).locator(".row"))
          await page.getByRole("heading", { level: 2, name: "Phishing campaign" }).waitFor()
          const alerts = story.locator("section", { hasText: "Alerts of this incident" }).locator(".alert")
          await alerts.nth(1).waitFor()
          assert.deepStrictEqual(await alerts.locator(":scope > .row .line:first-child bdi").allInnerTexts(), [
            "A potentially malicious URL click was detected",
            "Anomalous Token"
          ])
          await click(alerts.first().locator("summary"))
          await alerts.first().getByText("Your mailbox is almost full").waitFor()
          await story.locator("section", { hasText: "MITRE" }).getByText("Phishing: Spearphishing Link").waitFor()
          await story.locator("section", { hasText: "Addresses" }).getByText("203.0.113.214").first().waitFor()
          assert.isAtMost(clicks, 6)
          assert.deepStrictEqual(await violations(page), [])

          // The graph is walked by keyboard: to a user, to one of the user's alerts, and back again.
          const graph = page.locator("azure-security-graph")
          const middle = graph.locator("[aria-current=true] bdi")
          await graph.locator("[aria-current=true]").focus()
          await page.keyboard.press("Home")
          while (!/^user\s+amy/.test(await graph.locator(".node:focus").innerText())) {
            await page.keyboard.press("ArrowDown")
          }
          await page.keyboard.press("Enter")
          await middle.getByText("amy@contoso.example").waitFor({ state: "attached" })
          await page.keyboard.press("Home")
          assert.match(await graph.locator(".node:focus").innerText(), /^(?:alert|incident)\s/)
          await page.keyboard.press("Enter")
          await graph.getByRole("button", { name: "Open it" }).waitFor()
          await page.keyboard.press("Backspace")
          await middle.getByText("amy@contoso.example").waitFor({ state: "attached" })

          await page.getByRole("tab", { name: /Related/ }).click()
          await page.locator("azure-security-related h3", { hasText: "Same user" }).first().waitFor()
          await page.locator("azure-security-related p[role=status]").getByText(/^$/).waitFor({ state: "attached" })
          assert.deepStrictEqual(await violations(page), [])
        }, { view: "alerts", viewport: { width: 1440, height: 900 } })
      )
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it("fits a phone", () => {
    views.answers = having([...hostile, ...rows(4)])
    return inPage(async (page) => {
      await page.locator("tr[data-key]").first().waitFor()
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.isAtMost(await overflow(), 0)
      await page.getByRole("button", { name: "Columns" }).click()
      assert.isAtMost(await overflow(), 0)
      await page.keyboard.press("Escape")
      await page.locator("tr[data-key]").first().click()
      await page.locator("dl").first().waitFor()
      const box = await page.locator("dialog").boundingBox()
      assert.deepStrictEqual(box, { x: 0, y: 0, ...phone.viewport })
      assert.deepStrictEqual(await violations(page), [])
    }, phone)
  })
})
