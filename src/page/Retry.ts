/**
 * Loads the page again when one of its files did not come, as while the connector starts again. The build writes this
 * script, which imports nothing, into the page itself in front of all others: it is there when nothing else comes.
 */
{
  const everyMillis = 5000

  const later = () => setTimeout(ask, everyMillis)

  const ask = () => {
    fetch("/health/live", { cache: "no-store" }).then(({ ok }) => {
      if (ok) location.reload()
      else later()
    }, later)
  }

  addEventListener("error", ({ target }) => {
    const isFile = target instanceof HTMLScriptElement || target instanceof HTMLLinkElement
    const { dataset } = document.documentElement
    // The page itself loads the files of its views, once it is there.
    if (!isFile || customElements.get("azure-security-page") !== undefined || "retries" in dataset) return
    dataset["retries"] = ""
    later()
  }, true)
}
