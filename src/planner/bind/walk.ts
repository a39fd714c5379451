/** Walking the syntax tree without knowing each of its nodes. */
import { findAggregate } from '../../expr/aggregates.ts'
import type * as ast from '../../sql/ast.ts'

interface AnyNode {
  readonly kind: string
}
const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string'

function* childrenOf(node: AnyNode): Iterable<AnyNode> {
  for (const value of Object.values(node)) {
    if (isNode(value)) yield value
    else if (Array.isArray(value)) for (const element of value) if (isNode(element)) yield element
  }
}

/** True when `test` holds for the node or anything in it; subqueries are not looked into. */
export function someNode(node: AnyNode, test: (node: AnyNode) => boolean): boolean {
  if (test(node)) return true
  if (node.kind === 'query') return false
  for (const child of childrenOf(node)) if (someNode(child, test)) return true
  return false
}

/** The outermost nodes of a kind in the node; what is inside a subquery is its own. */
export function nodesIn(node: AnyNode, kind: string): readonly AnyNode[] {
  if (node.kind === kind) return [node]
  return node.kind === 'query' ? [] : [...childrenOf(node)].flatMap(child => nodesIn(child, kind))
}

export type AggregateNode = ast.Call | ast.JsonObjectAgg | ast.JsonArrayAgg

/** A call of an aggregate function that is not computed OVER a window. */
export function isAggregate(node: AnyNode): node is AggregateNode {
  if (node.kind === 'json-objectagg' || node.kind === 'json-arrayagg') return (node as ast.JsonArrayAgg).over === undefined
  if (node.kind !== 'call') return false
  const call = node as ast.Call
  return call.over === undefined && call.name.parts.length === 1 && findAggregate(call.name.parts[0]!.name) !== undefined
}

const groupingFunctions: ReadonlySet<string> = new Set(['GROUPING', 'GROUPING_ID', 'GROUP_ID'])

/** GROUPING(a), GROUPING_ID(a, b), GROUP_ID(): which grouping set a row belongs to. */
export const isGroupingCall = (node: AnyNode): node is ast.Call =>
  node.kind === 'call' && groupingFunctions.has((node as ast.Call).name.parts[0]!.name.toUpperCase())

export const hasAggregate = (node: ast.Expression): boolean => someNode(node, n => isAggregate(n) || isGroupingCall(n))
