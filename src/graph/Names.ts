/**
 * Accepts codes and ids only in the form that Microsoft uses: they go into logs, and an answer may contain anything.
 */

const code = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Returns an error code such as `InvalidAuthenticationToken`, or undefined for anything but a single word. */
export const failureCode = (value: string | undefined): string | undefined =>
  value !== undefined && code.test(value) ? value : undefined

/** Returns the GUID by which Microsoft's support finds a request, or undefined for anything else. */
export const requestGuid = (value: string | undefined): string | undefined =>
  value !== undefined && guid.test(value) ? value : undefined
