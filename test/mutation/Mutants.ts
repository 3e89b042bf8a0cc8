/** Finds the places in a source file where one small change should make a test fail. */
import { parseAst } from "rolldown/parseAst"

/** One change of a source file. */
export interface Mutant {
  readonly file: string
  readonly line: number
  readonly operator: string
  /** The expression or statement that is changed, on one line. */
  readonly original: string
  readonly mutated: string
  /** The whole file with the change. */
  readonly text: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

const boundaries: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" }
const equalities: Readonly<Record<string, string>> = { "===": "!==", "!==": "===" }
const logic: Readonly<Record<string, string>> = { "&&": "||", "||": "&&" }
const arithmetic: Readonly<Record<string, string>> = {
  "+": "-",
  "-": "+",
  "+=": "-=",
  "-=": "+=",
  "++": "--",
  "--": "++"
}

/** Keys of a node under which types stand: a change there changes no behaviour. */
const types = new Set(["typeAnnotation", "returnType", "typeParameters", "typeArguments", "superTypeArguments"])

const isText = (node: unknown): boolean =>
  isNode(node) && (node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node["value"] === "string"))

/** The one statement of a block, or the statement itself. */
const alone = (node: Node): Node => {
  const body = node["body"]
  return node.type === "BlockStatement" && Array.isArray(body) && body.length === 1 ? body[0] as Node : node
}

const nameOf = (callee: unknown): string => {
  if (!isNode(callee)) return ""
  if (callee.type === "Identifier") return String(callee["name"])
  return callee.type === "MemberExpression" ? `${nameOf(callee["object"])}.${nameOf(callee["property"])}` : ""
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

/** Finds all mutants of a source file, in the order of their lines. */
export const mutantsOf = (file: string, source: string): ReadonlyArray<Mutant> => {
  const found: Array<{ readonly start: number; readonly mutant: Mutant }> = []
  const textOf = ({ end, start }: Node) => source.slice(start, end)

  /** Adds a change of `at` to `text`; `shown` is the node by which a reader knows the place. */
  const change = (operator: string, at: Pick<Node, "start" | "end">, text: string, shown: Node) => {
    const mutant = {
      file,
      line: source.slice(0, at.start).split("\n").length,
      operator,
      original: oneLine(textOf(shown)),
      mutated: oneLine(source.slice(shown.start, at.start) + text + source.slice(at.end, shown.end)),
      text: source.slice(0, at.start) + text + source.slice(at.end)
    }
    found.push({ start: at.start, mutant })
  }

  /** Swaps the operator between two operands. */
  const swap = (name: string, node: Node, table: Readonly<Record<string, string>>) => {
    const operator = String(node["operator"])
    const other = table[operator]
    if (other === undefined) return
    const start = source.indexOf(operator, (node["left"] as Node).end)
    change(name, { start, end: start + operator.length }, other, node)
  }

  const negate = (test: unknown) => {
    if (!isNode(test)) return
    // The other operators turn such a test into its opposite already.
    if (test.type === "BinaryExpression" && equalities[String(test["operator"])] !== undefined) return
    change("condition", test, `!(${textOf(test)})`, test)
  }

  const visit = (node: Node, parent: Node) => {
    switch (node.type) {
      case "BinaryExpression":
        swap("boundary", node, boundaries)
        swap("equality", node, equalities)
        if (!isText(node["left"]) && !isText(node["right"])) swap("arithmetic", node, arithmetic)
        break
      case "LogicalExpression":
        swap("logic", node, logic)
        break
      case "AssignmentExpression":
        if (!isText(node["right"])) swap("arithmetic", node, arithmetic)
        break
      case "UpdateExpression": {
        const operator = String(node["operator"])
        change("arithmetic", node, textOf(node).replace(operator, arithmetic[operator]!), parent)
        break
      }
      case "ConditionalExpression":
      case "WhileStatement":
        negate(node["test"])
        break
      case "IfStatement": {
        negate(node["test"])
        const { type } = alone(node["consequent"] as Node)
        if (node["alternate"] === null && (type === "ReturnStatement" || type === "ContinueStatement")) {
          change("early return", node, "", node)
        }
        break
      }
      case "ExpressionStatement": {
        const { type } = node["expression"] as Node
        if (type === "YieldExpression" || type === "CallExpression") change("call removed", node, ";", node)
        break
      }
      case "Literal":
        if (typeof node["value"] === "boolean") change("boolean", node, String(!node["value"]), parent)
        break
      case "CallExpression": {
        const callee = node["callee"] as Node
        const name = nameOf(callee)
        if (name === "Math.min" || name === "Math.max") {
          change("min and max", callee, name === "Math.min" ? "Math.max" : "Math.min", node)
        }
        const given = node["arguments"] as ReadonlyArray<Node>
        if ((name === "later" || name === "Timestamp.later") && given.length === 2) {
          change("first of later", node, `(${textOf(given[0]!)})`, node)
          change("second of later", node, `(${textOf(given[1]!)})`, node)
        }
        break
      }
    }
    for (const [key, value] of Object.entries(node)) {
      if (types.has(key)) continue
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child) && !/^TS(?:Interface|TypeAlias)/.test(child.type)) visit(child, node)
      }
    }
  }
  const program = parseAst(source, { lang: "ts" }) as unknown as Node
  visit(program, program)
  return found.toSorted((one, other) => one.start - other.start).map(({ mutant }) => mutant)
}
