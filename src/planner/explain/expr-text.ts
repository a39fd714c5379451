/**
 * Expressions as EXPLAIN shows them, over column names: `((price * 2) > 10)`, `CAST(a AS BIGINT)`, `'abc'`.
 */
import { type DataType, type Schema, printType, withNullable } from '../../data/type.ts'
import { printValue } from '../../data/notation.ts'
import { isText } from '../../data/type.ts'
import type { Expr } from '../../expr/expr.ts'

export function exprText(expr: Expr, columns: Schema): string {
  const text = (e: Expr): string => exprText(e, columns)
  switch (expr.kind) {
    case 'input':
      return columns[expr.index]?.name ?? `$${expr.index}`
    case 'literal':
      return literalText(expr)
    case 'call':
      return callText(expr.function.name, expr.args.map(text))
    case 'cast':
      return `${expr.safe ? 'TRY_CAST' : 'CAST'}(${text(expr.input)} AS ${plainType(expr.type)})`
    case 'and':
    case 'or':
      return `(${expr.args.map(text).join(` ${expr.kind.toUpperCase()} `)})`
    case 'case': {
      const branches = expr.branches.flatMap(b => [text(b.when), text(b.then)])
      return `CASE(${[...branches, text(expr.otherwise)].join(', ')})`
    }
    case 'field': {
      const row = expr.input.type
      return `${text(expr.input)}.${row.kind === 'ROW' ? row.fields[expr.index]!.name : expr.index}`
    }
  }
}

const plainType = (type: DataType): string => printType(withNullable(type, true))

function literalText({ value, type }: Extract<Expr, { kind: 'literal' }>): string {
  if (value === null) return `null:${plainType(type)}`
  if (isText(type) && typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (type.kind === 'INT' || type.kind === 'BOOLEAN' || type.kind === 'DECIMAL' || type.kind === 'DOUBLE')
    return printValue(type, value)
  return `${printValue(type, value)}:${plainType(type)}`
}

/** Signs stand between their operands, `IS …` behind, functions before. */
function callText(name: string, args: readonly string[]): string {
  if (/^[A-Z$]/.test(name) && !name.startsWith('IS ') && !/LIKE|SIMILAR|^IN$/.test(name)) return `${name}(${args.join(', ')})`
  if (name === 'IN') return `${args[0]} IN (${args.slice(1).join(', ')})`
  if (args.length === 1) return name.startsWith('IS ') ? `${args[0]} ${name}` : `${name}${args[0]}`
  if (args.length === 2) return `(${args[0]} ${name} ${args[1]})`
  return `${name}(${args.join(', ')})`
}
