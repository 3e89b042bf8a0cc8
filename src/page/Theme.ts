/** Light or dark: as the system has it, until somebody chooses. */

/** Carbon's themes that the page has. */
export type Theme = "white" | "g100"

const key = "azure-security-theme"
const dark = matchMedia("(prefers-color-scheme: dark)")
// Whoever reads `matches` after a change and before its event takes the event away, in Chromium at least: it is read once.
let systemIsDark = dark.matches
dark.addEventListener("change", ({ matches }) => {
  systemIsDark = matches
})

/** Storage may be forbidden; then a choice lasts as long as the page. */
const stored = (): Theme | undefined => {
  try {
    const theme = localStorage.getItem(key)
    return theme === "white" || theme === "g100" ? theme : undefined
  } catch {
    return undefined
  }
}

let chosen = stored()

/** The theme at the moment. */
export const theme = (): Theme => chosen ?? (systemIsDark ? "g100" : "white")

const show = () => {
  document.documentElement.dataset["theme"] = theme()
}

/** Changes to the other theme, and keeps the choice. */
export const changeTheme = (): void => {
  chosen = theme() === "white" ? "g100" : "white"
  try {
    localStorage.setItem(key, chosen)
  } catch {
    // It lasts as long as the page.
  }
  show()
}

/** Shows the theme, and follows the system until what it returns is called. */
export const followSystem = (told: () => void): () => void => {
  const changed = () => {
    show()
    told()
  }
  dark.addEventListener("change", changed)
  show()
  return () => dark.removeEventListener("change", changed)
}
