/** Expressions by the names that stand for them in the page. */
declare const facts: Readonly<Record<string, string>>
export default facts
