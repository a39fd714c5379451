/** A text that two expressions share exactly when they compute the same: `GROUP BY t.a + 1` and `SELECT a + 1`. */
import { printType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { Expr } from '../../expr/expr.ts'

export function exprKey(expr: Expr): string {
  switch (expr.kind) {
    case 'input':
      return `$${expr.index}`
    case 'literal':
      return `${valueKey(expr.value)}:${printType(expr.type)}`
    case 'call':
      return `${expr.function.name}(${expr.args.map(exprKey).join(', ')}):${printType(expr.type)}`
    case 'cast':
      return `${expr.safe ? 'TRY_CAST' : 'CAST'}(${exprKey(expr.input)} AS ${printType(expr.type)})`
    case 'and':
    case 'or':
      return `${expr.kind}(${expr.args.map(exprKey).join(', ')})`
    case 'case': {
      const branches = expr.branches.map(b => `${exprKey(b.when)} -> ${exprKey(b.then)}`)
      return `case(${branches.join(', ')} else ${exprKey(expr.otherwise)}):${printType(expr.type)}`
    }
    case 'field':
      return `${exprKey(expr.input)}.${expr.index}`
  }
}

function valueKey(value: Value): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${k}:${valueKey(v as Value)}`).join()}}`
  if (Array.isArray(value)) return `[${value.map(valueKey).join()}]`
  return Object.is(value, -0) ? '-0' : JSON.stringify(value)
}
