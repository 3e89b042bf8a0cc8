/** Checks instants for an artifact's date fields: the index refuses a whole artifact for one invalid date. */

const form =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-8]):[0-5]\d)$/

const daysOf = (year: number, month: number): number =>
  month === 2
    ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28)
    : [4, 6, 9, 11].includes(month)
    ? 30
    : 31

/** Returns the value as sent when it is an instant with `Z` or an offset. */
export const instant = (value: unknown): string | undefined => {
  if (typeof value !== "string") return undefined
  const parts = form.exec(value)
  if (parts === null) return undefined
  const day = Number(parts[3])
  return day <= 28 || day <= daysOf(Number(parts[1]), Number(parts[2])) ? value : undefined
}
