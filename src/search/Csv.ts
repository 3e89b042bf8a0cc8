/**
 * What a search finds, as comma-separated values.
 *
 * @since 0.1.0
 */
import type { Row } from "./Search.ts"

/**
 * The line of names.
 *
 * @category encoding
 * @since 0.1.0
 */
export const csvHead = "id\r\n"

/**
 * A row's line.
 *
 * @category encoding
 * @since 0.1.0
 */
export const csvLine = (row: Row): string => `${row.id}\r\n`
