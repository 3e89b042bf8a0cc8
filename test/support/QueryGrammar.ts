/** Generates the tables of the query language from its grammar. */
import { buildParserFile } from "@lezer/generator"

const note = (of: string) =>
  `// dprint-ignore-file\n// Long because generated: ${of} of \`Query.grammar\`, which \`UPDATE=1 npm test\` writes. Do not edit.\n`

/** The contents of `Grammar.ts` and `GrammarTerms.ts`. */
export const generated = (grammar: string): { readonly parser: string; readonly terms: string } => {
  const { parser, terms } = buildParserFile(grammar, { fileName: "Query.grammar", moduleStyle: "es" })
  const body = (text: string) => text.replace(/^\/\/.*\n/, "").trimEnd()
  return {
    parser: `${note("the tables")}${body(parser)}\n`,
    terms: `${note("the numbers of tokens and nodes")}${body(terms)}\n`
  }
}
