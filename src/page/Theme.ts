/** The light or dark theme: the system's, until a person chooses. */

/** Carbon's themes that the page has. */
export type Theme = "white" | "g100"

const key = "azure-security-theme"
const dark = matchMedia("(prefers-color-scheme: dark)")
// `matches` is read once: in Chromium at least, reading it between a change and its event suppresses the event.
let systemIsDark = dark.matches
dark.addEventListener("change", ({ matches }) => {
  systemIsDark = matches
})

/** Returns the stored choice. Storage may be forbidden; then a choice lasts as long as the page. */
const stored = (): Theme | undefined => {
  try {
    const theme = localStorage.getItem(key)
    return theme === "white" || theme === "g100" ? theme : undefined
  } catch {
    return undefined
  }
}

let chosen = stored()

/** The theme that is shown: the chosen one, else the system's. */
export const theme = (): Theme => chosen ?? (systemIsDark ? "g100" : "white")

const show = () => {
  document.documentElement.dataset["theme"] = theme()
}

/** Switches to the other theme, and stores the choice. */
export const changeTheme = (): void => {
  chosen = theme() === "white" ? "g100" : "white"
  try {
    localStorage.setItem(key, chosen)
  } catch {
    // The choice lasts as long as the page.
  }
  show()
}

/** Applies the theme, and follows the system until the returned function is called. */
export const followSystem = (told: () => void): () => void => {
  const changed = () => {
    show()
    told()
  }
  dark.addEventListener("change", changed)
  show()
  return () => dark.removeEventListener("change", changed)
}
