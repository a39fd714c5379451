/** Function calls: `COUNT(DISTINCT x) FILTER (WHERE ..) OVER w`, `TUMBLE(DATA => TABLE t, ..)`. */
import type { Argument, Call, DescriptorColumn, Expression, Name, NamedArgument, NullTreatment, TableArgument } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { typeName } from './types.ts'
import { orderBy, orderItem, over } from './windows.ts'

/** The parentheses of a call and the clauses behind them. */
export function call(p: Cursor, name: Name): Call {
  p.expect('(')
  const quantifier = p.takeAny('DISTINCT', 'ALL')
  const args = p.at(')') || p.at('ORDER') ? [] : p.list(() => argument(p))
  return endOfCall(p, name, quantifier, args)
}

/** A call from behind its last argument. */
export function endOfCall(p: Cursor, name: Name, quantifier: Call['quantifier'], args: readonly Argument[]): Call {
  const inner = nullTreatment(p)
  const order = orderBy(p)
  p.expect(')')
  const treatment = inner ?? nullTreatment(p)
  const withinGroup = withinGroupClause(p)
  const filter = filterClause(p)
  const window = over(p)
  const span = p.spanFrom(name.span.start)
  return {
    kind: 'call',
    name,
    quantifier,
    args,
    orderBy: order,
    nullTreatment: treatment,
    withinGroup,
    filter,
    over: window,
    span,
  }
}

function nullTreatment(p: Cursor): NullTreatment | undefined {
  if (p.take('IGNORE', 'NULLS')) return 'IGNORE NULLS'
  if (p.take('RESPECT', 'NULLS')) return 'RESPECT NULLS'
  return undefined
}

function withinGroupClause(p: Cursor) {
  if (!p.take('WITHIN', 'GROUP')) return []
  p.expect('(')
  if (!p.at('ORDER')) p.fail('ORDER BY')
  const items = orderBy(p)
  p.expect(')')
  return items
}

export function filterClause(p: Cursor): Expression | undefined {
  if (!p.take('FILTER')) return undefined
  p.expect('(')
  p.expect('WHERE')
  const condition = p.expression()
  p.expect(')')
  return condition
}

function argument(p: Cursor): Argument {
  if (p.peek(1).symbol !== '=>') return value(p)
  const name = p.identifier('the name of a parameter')
  p.expect('=>')
  const node: NamedArgument = { kind: 'named-argument', name, value: value(p), span: p.spanFrom(name.span.start) }
  return node
}

function value(p: Cursor): Exclude<Argument, NamedArgument> {
  const start = p.start
  if (p.at('TABLE')) return tableArgument(p)
  if (p.at('MODEL') && (p.peek(1).kind === 'word' || p.peek(1).kind === 'quoted')) {
    p.next()
    return { kind: 'model-argument', model: p.name('a model'), span: p.spanFrom(start) }
  }
  if (p.take('DEFAULT')) return { kind: 'default', span: p.spanFrom(start) }
  if (p.take('DESCRIPTOR', '(')) {
    const columns = p.at(')') ? [] : p.list(() => descriptorColumn(p))
    p.expect(')')
    return { kind: 'descriptor', columns, span: p.spanFrom(start) }
  }
  const expression = p.expression()
  if (expression.kind !== 'subquery' || !p.atAny('PARTITION', 'ORDER')) return expression
  return withPartition(p, start, expression.query)
}

function tableArgument(p: Cursor): TableArgument {
  const { start } = p.expect('TABLE')
  if (p.take('(')) {
    const query = p.query()
    p.expect(')')
    return withPartition(p, start, query)
  }
  const name = p.name('a table')
  return withPartition(p, start, p.at('(') ? call(p, name) : name)
}

/** Several keys stand in parentheses, since a comma without them ends the argument. */
function withPartition(p: Cursor, start: number, table: TableArgument['table']): TableArgument {
  const partitionBy = p.take('PARTITION', 'BY') ? keys(p.expression()) : []
  const order = p.take('ORDER', 'BY') ? orderItems(p) : []
  return { kind: 'table-argument', table, partitionBy, orderBy: order, span: p.spanFrom(start) }
}

const keys = (node: Expression): readonly Expression[] => (node.kind === 'row' && !node.explicit ? node.items : [node])

function orderItems(p: Cursor): TableArgument['orderBy'] {
  if (!p.at('(')) return [orderItem(p)]
  return p.parenthesized(() => orderItem(p))
}

function descriptorColumn(p: Cursor): DescriptorColumn {
  const start = p.start
  const name = p.identifier('a column')
  const type = p.atAny(',', ')') ? undefined : typeName(p)
  return { kind: 'descriptor-column', name, type, span: p.spanFrom(start) }
}
