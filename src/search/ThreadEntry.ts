/**
 * Tells where a search thread starts: at its module when the program runs from sources.
 *
 * In the bundle, `config/rolldown.config.mjs` replaces this module by the thread's code as a text. A thread that
 * started from the bundle itself would load all of it: 19 MB more for each thread.
 */

/** Code of a thread as a text, or the URL of its module. */
export const threadEntry: string | URL = new URL("./IndexThread.ts", import.meta.url)
