/** Tells this machine's own addresses from others, by their text: no name is looked up. */

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i

/** Whether a URL's host name, such as `127.0.0.1` or `[::1]`, is this machine's own. */
export const isLoopback = (hostname: string): boolean => loopback.test(hostname)
