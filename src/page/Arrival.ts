/**
 * Takes the token of a link that signs in (`#token=…`) out of the address, before anything else of the page runs: it must
 * not stay in the history, in a bookmark or on a screen.
 */

const prefix = "#token="

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const { hash, pathname, search } = location
if (hash.startsWith(prefix)) history.replaceState(null, "", `${pathname}${search}`)

/** Token of the link that opened the page; undefined without one. */
export const arrivedWith: string | undefined = hash.startsWith(prefix) ? decoded(hash.slice(prefix.length)) : undefined
