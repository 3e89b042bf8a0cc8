/** Lets through what surely is a name that Microsoft gives: it goes into logs, and an answer may hold anything. */

const code = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The code of a failure, such as `InvalidAuthenticationToken`; undefined for what is no single word. */
export const failureCode = (value: string | undefined): string | undefined =>
  value !== undefined && code.test(value) ? value : undefined

/** The GUID by which Microsoft's support finds a request; undefined for anything else. */
export const requestGuid = (value: string | undefined): string | undefined =>
  value !== undefined && guid.test(value) ? value : undefined
