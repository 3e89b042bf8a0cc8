/** JSON in tests, where a value that cannot be written or read is a failure of the test. */

/** Returns a value as compact JSON. */
export const text = (value: unknown): string => JSON.stringify(value)

/** Reads JSON whose shape the test relies on. */
export const parse = <A>(text: string): A => JSON.parse(text) as A
