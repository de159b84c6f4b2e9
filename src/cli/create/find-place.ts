import { bare, chainOf, nameOf, part, parts, type Node } from './syntax-tree.js'

/** Where a new migration goes. */
export interface Place {
  /** Offset the text is inserted at. */
  readonly offset: number
  /** A statement of its own, or one more call in a chain. */
  readonly form: 'statement' | 'call'
  /** The queen's variable, for a statement. */
  readonly variable: string
  /** The `add` before it, whose format is followed. */
  readonly model: Node | undefined
  /** Whether the text goes in front of a statement or behind one. */
  readonly side: 'before' | 'behind'
}

interface Found {
  readonly statement: Node
  /** The queen's variable; undefined where the chain itself is exported. */
  readonly variable: string | undefined
  /** The `new Queen()` or the variable the chain begins with. */
  readonly root: Node
  readonly adds: readonly Node[]
}

const EXPORTED = ['q', 'queen', 'migrations']

/** Finds the place behind the last `add` of the exported queen; undefined where the module is not written that way. */
export function findPlace(body: readonly Node[]): Place | undefined {
  const all = body.flatMap(queensIn)
  const mine = ofExported(body, all)
  const last = mine.findLast((one) => one.adds.length > 0)
  if (last !== undefined) return behindLast(last)
  const [made] = mine
  return made === undefined ? undefined : afterMaking(body, made)
}

function behindLast({ statement, variable, root, adds }: Found): Place {
  const model = adds.at(-1)!
  const chained = variable === undefined || adds.length > 1 || root.type === 'NewExpression'
  if (chained) return { offset: model.end, form: 'call', variable: variable ?? '', model, side: 'behind' }
  return { offset: statement.end, form: 'statement', variable, model, side: 'behind' }
}

/** No migration yet: in front of the export of the queen, else behind the statement that makes it. */
function afterMaking(body: readonly Node[], { statement, variable, root }: Found): Place {
  if (variable === undefined) return { offset: root.end, form: 'call', variable: '', model: undefined, side: 'behind' }
  const exported = body.find((one) => one.type === 'ExportDefaultDeclaration' && one.start > statement.start)
  const common = { form: 'statement', variable, model: undefined } as const
  return exported === undefined
    ? { ...common, offset: statement.end, side: 'behind' }
    : { ...common, offset: exported.start, side: 'before' }
}

/** Statements of the module's top that make a queen or add to a variable. */
function queensIn(statement: Node): Found[] {
  const declaration = statement.type === 'ExportNamedDeclaration' ? part(statement, 'declaration') : statement
  if (declaration?.type === 'VariableDeclaration')
    return parts(declaration, 'declarations').flatMap((one) => {
      const variable = nameOf(part(one, 'id'))
      const chain = chainOf(part(one, 'init'))
      if (variable === undefined || chain === undefined || !makesQueen(chain.root)) return []
      return [{ statement, variable, root: chain.root, adds: addsOf(chain.calls) }]
    })
  const expression = expressionOf(statement)
  const chain = chainOf(expression)
  if (chain === undefined) return []
  if (makesQueen(chain.root)) return [{ statement, variable: undefined, root: chain.root, adds: addsOf(chain.calls) }]
  const variable = nameOf(chain.root)
  const adds = addsOf(chain.calls)
  return variable === undefined || adds.length === 0 ? [] : [{ statement, variable, root: chain.root, adds }]
}

function expressionOf(statement: Node): Node | undefined {
  if (statement.type === 'ExpressionStatement') return part(statement, 'expression')
  return statement.type === 'ExportDefaultDeclaration' ? part(statement, 'declaration') : undefined
}

function addsOf(calls: readonly { name: string; node: Node }[]): Node[] {
  return calls.filter((call) => call.name === 'add').map((call) => call.node)
}

function makesQueen(node: Node): boolean {
  return node.type === 'NewExpression' && nameOf(part(node, 'callee'))?.endsWith('Queen') === true
}

/** Of several queens the exported one: the default export, or one with a name that is looked for, or the only one. */
function ofExported(body: readonly Node[], all: readonly Found[]): readonly Found[] {
  const made = all.filter((one) => one.root.type === 'NewExpression')
  const exported = body.find((one) => one.type === 'ExportDefaultDeclaration')
  const chain = chainOf(bare(part(exported, 'declaration')))
  const direct = all.find((one) => one.statement === exported && one.variable === undefined)
  if (direct !== undefined) return [direct]
  const names = made.flatMap((one) => one.variable ?? [])
  const name =
    (chain && nameOf(chain.root)) ??
    EXPORTED.find((one) => names.includes(one)) ??
    (names.length === 1 ? names[0] : undefined)
  if (name === undefined || !names.includes(name)) return []
  return all.filter((one) => one.variable === name)
}
