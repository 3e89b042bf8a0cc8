import { execFileSync } from "node:child_process"

const git = (...args) => {
  try {
    const cwd = new URL("..", import.meta.url)
    return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
  } catch {
    // An image is built without the repository.
    return ""
  }
}

/**
 * What a build says of itself. Two builds of one commit say the same: the date is the commit's, or that of
 * SOURCE_DATE_EPOCH, and never the clock's. AZURE_SECURITY_COMMIT names the commit where there is no repository.
 */
export const buildOf = (env = process.env, ask = git) => {
  const seconds = env.SOURCE_DATE_EPOCH || ask("log", "-1", "--format=%ct")
  return {
    commit: env.AZURE_SECURITY_COMMIT || ask("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*") ||
      "unknown commit",
    date: seconds === "" ? undefined : new Date(Number(seconds) * 1000).toISOString().slice(0, 10)
  }
}

/** The build in the words of `--version`. */
export const buildText = ({ commit, date }) => date === undefined ? commit : `${commit}, ${date}`
