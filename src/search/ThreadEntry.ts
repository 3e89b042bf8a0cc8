/**
 * What a thread of the search starts from: its module, where the program runs from its sources.
 *
 * In the bundle, `config/rolldown.config.mjs` puts the module and what it imports in its place as a text. A thread that
 * started from the bundle itself would read all of it: 19 MB more, for each.
 */

/** Code of a thread, or where it is. */
export const threadEntry: string | URL = new URL("./IndexThread.ts", import.meta.url)
