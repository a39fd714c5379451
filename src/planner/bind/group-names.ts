/** The names of windows in GROUP BY, and of the functions that tell their bounds. */
import { UnsupportedError } from '../../base/errors.ts'
import type * as ast from '../../sql/ast.ts'

const windowNames: readonly string[] = ['TUMBLE', 'HOP', 'SESSION']
const propertyName = /^(TUMBLE|HOP|SESSION)_(START|END|ROWTIME|PROCTIME)$/

export const callName = (node: { readonly kind: string }): string | undefined =>
  node.kind === 'call' ? (node as ast.Call).name.parts.at(-1)!.name.toUpperCase() : undefined

export function isGroupWindow(node: ast.GroupItem): node is ast.Call {
  const name = callName(node)
  return name !== undefined && windowNames.includes(name)
}

/** Which bound `TUMBLE_START(…)` and its kin ask for: 0 start, 1 end, 2 time; undefined for anything else. */
export function windowProperty(node: ast.Expression): 0 | 1 | 2 | undefined {
  const match = propertyName.exec(callName(node) ?? '')
  if (match === null) return undefined
  if (match[2] === 'PROCTIME') throw new UnsupportedError('a window over processing time', node.span)
  return match[2] === 'START' ? 0 : match[2] === 'END' ? 1 : 2
}
