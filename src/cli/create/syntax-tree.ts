/** A node of a parsed module, as far as all nodes are alike. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** A node's part of a name. */
export function part(node: Node | undefined | null, name: string): Node | undefined {
  const value = (node as unknown as Record<string, unknown> | undefined | null)?.[name]
  return isNode(value) ? value : undefined
}

/** A node's list of parts. */
export function parts(node: Node | undefined, name: string): readonly Node[] {
  const value = (node as unknown as Record<string, unknown> | undefined)?.[name]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The name of an identifier. */
export function nameOf(node: Node | undefined): string | undefined {
  return node?.type === 'Identifier' ? (node as unknown as { name: string }).name : undefined
}

/** What is inside of type assertions and parentheses. */
export function bare(node: Node | undefined): Node | undefined {
  const wrappers = new Set([
    'TSAsExpression',
    'TSSatisfiesExpression',
    'TSNonNullExpression',
    'TSTypeAssertion',
    'ParenthesizedExpression',
  ])
  let inner = node
  while (inner !== undefined && wrappers.has(inner.type)) inner = part(inner, 'expression')
  return inner
}

/** A chain of calls `root.a().b()`: what it begins with, and its calls from left to right. */
export interface Chain {
  readonly root: Node
  readonly calls: readonly { readonly name: string; readonly node: Node }[]
}

export function chainOf(node: Node | undefined): Chain | undefined {
  const calls: { name: string; node: Node }[] = []
  let at = bare(node)
  while (at?.type === 'CallExpression') {
    const callee = bare(part(at, 'callee'))
    const name = callee?.type === 'MemberExpression' ? nameOf(part(callee, 'property')) : undefined
    if (name === undefined) return undefined
    calls.unshift({ name, node: at })
    at = bare(part(callee, 'object'))
  }
  return at === undefined ? undefined : { root: at, calls }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}
