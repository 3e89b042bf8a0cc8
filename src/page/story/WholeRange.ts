/** The range of all artifacts of the index, whatever range the search shows. */
export const wholeRange = { from: "1970-01-01T00:00:00Z", to: "2255-01-01T00:00:00Z" } as const
