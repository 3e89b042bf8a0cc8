/** Tells this machine's own addresses from others, by their text: no name is looked up. */

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i

/** Whether a host, such as `127.0.0.1`, `::1` or `[::1]`, is this machine's own. */
export const isLoopback = (host: string): boolean => loopback.test(host)

/** Returns the host of `HOST:PORT`, such as a `Host` header, in lower case, without port, brackets and the final dot. */
export const hostOf = (authority: string): string =>
  authority.toLowerCase().replace(/:\d*$/, "").replace(/^\[([0-9a-f:.]+)\]$/, "$1").replace(/\.$/, "")
