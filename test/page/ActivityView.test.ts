import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser, Page } from "playwright-core"
import { activityOf } from "./Activities.ts"
import { now } from "./Artifacts.ts"
import { drawnInForcedColours } from "./Browser.ts"
import {
  launch,
  openPage,
  type PageOptions,
  serveView,
  skipsWithoutBrowser,
  type Views,
  violations
} from "./ViewHarness.ts"

describe.skipIf(skipsWithoutBrowser())("the activity", () => {
  let browser: Browser
  let views: Views

  beforeAll(async () => {
    ;[views, browser] = await Promise.all([serveView("activity"), launch()])
  })
  afterAll(async () => {
    views.close()
    await browser.close()
  })

  const inPage = async (
    test: (page: Page) => Promise<void>,
    { search = "", ...options }: PageOptions & { readonly search?: string } = {}
  ) => {
    views.theme = "white"
    views.asked.length = 0
    const { close, faults, page } = await openPage(browser, views, options)
    await page.clock.install({ time: now })
    await page.goto(`${views.origin}/signals/activity${search}`)
    await test(page)
    assert.deepStrictEqual(faults, [])
    await close()
  }

  const answering = () => {
    views.answers = (url) => {
      const activity = activityOf(url.searchParams.get("range") as "hour")
      const records = activity.records.map((value) => value === null ? null : 1)
      return {
        body: url.pathname.endsWith("/tenants") ? { ...activity, records, tenants: 1, tenants_kept: 1 } : activity
      }
    }
  }

  const drawn = (page: Page) =>
    page.locator("canvas").evaluateAll((found) => found.map((one) => (one as HTMLCanvasElement).toDataURL()))

  it("shows the activity as plots, in words, and as a table", () => {
    answering()
    return inPage(async (page) => {
      await page.locator("canvas").nth(3).waitFor()
      const [activity] = [activityOf("hour")]
      const records = activity.records.reduce<number>((sum, value) => sum + (value ?? 0), 0)
      await page.getByRole("img", { name: `Records and artifacts: ${records} records fetched` }).waitFor()
      await page.getByText("Records and artifacts as a table").click()
      const row = page.getByRole("row", { name: "25 Nov 16:20" })
      assert.strictEqual(await row.innerText(), "25 Nov 16:20\t–\t–")
      const marks = await page.locator(".listed li").allInnerTexts()
      assert.match(marks[0]!, /^Cooldown\s+Contoso production, alerts_v2\s+since 25 Nov 16:54 \(Europe\/Berlin\)$/)
      assert.match(marks[1]!, /^Outage\s+Contoso production, incidents\s+25 Nov 16:42 – 16:45 \(Europe\/Berlin\)$/)
      const plot = page.locator("azure-security-plot").first()
      await plot.locator(".u-over").hover({ position: { x: 4, y: 40 } })
      await plot.locator(".when", { hasText: "25 Nov 16:00" }).waitFor()
    })
  })

  it("names the tenants of which nothing is collected", () => {
    answering()
    return inPage(async (page) => {
      await page.locator("canvas").first().waitFor()
      assert.strictEqual(await page.getByText("Nothing is being collected").count(), 0)
      await page.evaluate(() => {
        const instances = ["failed", "connected"].map((connection_status) => ({
          connection_status,
          display_name: `Tenant ${connection_status}`,
          name: connection_status,
          endpoints: [{ state: "ok" }, { state: "forbidden" }],
          group: connection_status === "failed" ? "EMEA" : undefined
        }))
        Object.assign(document.querySelector("azure-security-activity")!, { status: { instances } })
      })
      await page.getByText("Nothing is being collected").waitFor()
      await page.getByText("Tenant failed: see Integrations.", { exact: true }).waitFor()

      // One tenant's records and requests, and its outages alone; the address keeps the choice.
      await page.getByLabel("Show").selectOption({ label: "Tenant connected" })
      await page.getByRole("img", { name: "Records: 55 records fetched" }).waitFor()
      assert.strictEqual(await page.locator("canvas").count(), 2)
      assert.strictEqual(await page.getByText("Nothing is being collected").count(), 0)
      assert.strictEqual(new URL(page.url()).search, "?range=hour&tenant=connected")
      assert.strictEqual(views.asked.at(-1)!.searchParams.get("instance"), "connected")
      // An endpoint that is refused while another delivers is no outage, and not passed over either.
      await page.getByText(/None in this time.* One endpoint lacks a permission or licence/).waitFor()
      await page.getByLabel("Show").selectOption({ label: "EMEA" })
      await page.waitForURL("**/activity?range=hour&group=EMEA")
      await page.getByLabel("Show").selectOption({ label: "All tenants" })
      await page.locator("canvas").nth(3).waitFor()
      assert.deepStrictEqual(await violations(page), [])
    })
  })

  it("shows the chosen range, and refreshes every minute", () => {
    answering()
    return inPage(async (page) => {
      await page.locator("canvas").first().waitFor()
      const ranges = () => views.asked.map(({ searchParams }) => searchParams.get("range"))
      assert.deepStrictEqual(ranges(), ["day"])
      await page.getByRole("radio", { name: "Last day" }).press("ArrowRight")
      await page.getByText("per hour").first().waitFor()
      assert.strictEqual(new URL(page.url()).search, "?range=week")
      await Promise.all([page.waitForResponse(/range=week/), page.clock.runFor(60_100)])
      assert.deepStrictEqual(ranges(), ["day", "week", "week"])
    }, { search: "?range=day" })
  })

  it("keeps the last plots when the connector does not answer, and says so", () => {
    answering()
    return inPage(async (page) => {
      await page.locator("canvas").first().waitFor()
      await page.route(/api\/activity/, (route) => route.abort())
      await Promise.all([page.waitForEvent("requestfailed"), page.clock.runFor(60_100)])
      await page.getByText("The connector does not answer").waitFor()
      await page.getByText("Not refreshed; the plots show the last hour as of 17:00", { exact: true }).waitFor()
      assert.strictEqual(await page.locator("canvas").count(), 4)
      // The data of an hour is not shown for a day.
      await page.getByRole("radio", { name: "Last hour" }).press("ArrowRight")
      await page.getByText("No answer").waitFor()
      assert.strictEqual(await page.locator("canvas").count(), 0)
      await page.unroute(/api\/activity/)
      await page.getByRole("button", { name: "Try again" }).click()
      await page.getByRole("alert").waitFor({ state: "detached" })
      await page.locator("canvas").nth(3).waitFor()
    })
  })

  it("asks again after a sign-in, and when the connector answers again", () => {
    views.answers = () => ({ status: 401, body: { _tag: "SignInNeeded" } })
    return inPage(async (page) => {
      await page.waitForResponse(/api\/activity/)
      answering()
      await page.evaluate(() => dispatchEvent(new Event("signed-in")))
      await page.locator("canvas").nth(3).waitFor()
      assert.strictEqual(await page.getByRole("alert").count(), 0)
      const hear = (hearing: string) =>
        page.evaluate(async (hearing) => {
          const view = document.querySelector("azure-security-activity")!
          Object.assign(view, { hearing })
          await (view as unknown as { readonly updateComplete: Promise<boolean> }).updateComplete
        }, hearing)
      await hear("live")
      await hear("lost")
      assert.strictEqual(views.asked.length, 2)
      await Promise.all([page.waitForResponse(/api\/activity/), hear("asking")])
      // A removed element asks nothing.
      await page.evaluate(() => {
        document.querySelector("azure-security-activity")!.remove()
        dispatchEvent(new Event("signed-in"))
      })
      assert.strictEqual(views.asked.length, 3)
    })
  })

  it("says that there is no data", () => {
    const empty = activityOf("hour")
    const none = empty.records.map(() => null)
    views.answers = () => ({
      body: {
        ...empty,
        records: none,
        artifacts: none,
        errors: none,
        freshness_p95_seconds: none,
        requests_per_minute: none,
        marks: []
      }
    })
    return inPage(async (page) => {
      await page.getByText("0 records fetched, 0 artifacts published").waitFor()
      await page.getByText("None in this time:").waitFor()
    })
  })

  it("draws the plots again in another theme, and axe-core finds nothing in either", () => {
    answering()
    return inPage(async (page) => {
      await page.locator("canvas").nth(3).waitFor()
      assert.deepStrictEqual(await violations(page), [])
      await drawnInForcedColours(page, 6)
      const before = await drawn(page)
      await page.evaluate(() => {
        document.documentElement.dataset["theme"] = "g100"
      })
      await page.waitForFunction(
        (before) =>
          Array.from(
            document.querySelector("azure-security-activity")!.shadowRoot!.querySelectorAll("azure-security-plot"),
            (plot) => plot.shadowRoot!.querySelector("canvas")!.toDataURL()
          ).every((drawing, place) => drawing !== before[place]),
        before
      )
      await page.getByText("Freshness as a table").click()
      await page.getByRole("region", { name: "Freshness as a table" }).waitFor()
      assert.deepStrictEqual(await violations(page), [])
    })
  })

  it("fits a phone", () => {
    answering()
    return inPage(async (page) => {
      await page.locator("canvas").nth(3).waitFor()
      const widths = await page.locator("canvas").evaluateAll((found) => found.map((one) => one.clientWidth))
      for (const width of widths) assert.isAtMost(width, 328)
      assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth), 360)
      await page.setViewportSize({ width: 800, height: 700 })
      await page.waitForFunction(() =>
        document.querySelector("azure-security-activity")!.shadowRoot!.querySelector("azure-security-plot")!.shadowRoot!
          .querySelector("canvas")!.clientWidth > 328
      )
    }, { viewport: { width: 360, height: 740 } })
  })
})
