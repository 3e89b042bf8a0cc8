/**
 * Checks that a nextLink stays on its collection, and finds its kind.
 *
 * A nextLink is data from outside, and the token would be sent to it. The poller decides whether to follow it.
 */
import { Result } from "effect"

/** Where a collection lives: an origin without a trailing slash, and a path. */
export interface Home {
  readonly origin: string
  readonly path: string
}

/** The part of a link that differs from the collection's own URL. */
export type Stray = "scheme" | "host" | "port" | "path" | "malformed"

// Characters that URL parsers repair in different ways; Graph's links have none of them. A blank is allowed only inside
// the query (`$filter=a ge b`), where it cannot change the target.
const repaired = /[\\]|[^\x20-\x7e]|^[^?]* | $/
// A fragment never reaches the server, so a paging link has none.
const fragment = "#"

/**
 * Returns the link as a normalised URL when scheme, host, port and path are the collection's; otherwise the part that
 * differs. Query options may be any. Credentials, fragments, backslashes, control characters, and blanks before the
 * query make a link `malformed`.
 */
export const pin = (link: string, home: Home): Result.Result<string, Stray> => {
  if (repaired.test(link) || link.includes(fragment)) return Result.fail("malformed")
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(link) || !URL.canParse(link)) return Result.fail("malformed")
  const url = new URL(link)
  const at = new URL(home.path, home.origin)
  if (url.username !== "" || url.password !== "" || authority(link).includes("@")) return Result.fail("malformed")
  if (url.protocol !== at.protocol) return Result.fail("scheme")
  if (url.hostname !== at.hostname) return Result.fail("host")
  if (url.port !== at.port) return Result.fail("port")
  // Compare the path as written, too: a parser makes `/v1.0/x/../security` the same as `/v1.0/security`.
  if (url.pathname !== at.pathname || pathOf(link) !== at.pathname) return Result.fail("path")
  return Result.succeed(url.href)
}

const authority = (link: string) => link.slice(link.indexOf("://") + 3).split(/[/?]/, 1)[0]!
const pathOf = (link: string) =>
  link.slice(link.indexOf(authority(link), link.indexOf("://")) + authority(link).length)
    .split("?", 1)[0]!

/** Whether two URLs ask for the same, however their options are written. */
export const isSame = (one: string, other: string): boolean => {
  const [a, b] = [new URL(one), new URL(other)]
  return a.origin + a.pathname === b.origin + b.pathname &&
    JSON.stringify([...a.searchParams].sort()) === JSON.stringify([...b.searchParams].sort())
}

const hasOption = (link: string, name: string) =>
  URL.canParse(link) && [...new URL(link).searchParams.keys()].some((key) => key.toLowerCase() === name)

/** Whether the link counts rows from the start, which skips records when a row moves between two pages. */
export const hasSkip = (link: string): boolean => hasOption(link, "$skip")

/** Whether the link carries a position of the server's own. */
export const hasSkipToken = (link: string): boolean => hasOption(link, "$skiptoken")
