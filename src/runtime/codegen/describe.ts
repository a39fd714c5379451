/** An expression as SQL for the comments of generated code: `0.908 * price`. Columns by name, literals as people write them. */
import { decimalText } from '../../data/text-number.ts'
import { type Schema, isText, printType } from '../../data/type.ts'
import type { Expr, ExprOf } from '../../expr/expr.ts'

const LONGEST = 160

export function describe(expr: Expr, columns: Schema): string {
  const text = sql(expr, columns)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function sql(expr: Expr, columns: Schema): string {
  switch (expr.kind) {
    case 'input':
      return columns[expr.index]?.name ?? `$${expr.index}`
    case 'literal':
      return literalText(expr)
    case 'call':
      return callText(expr, columns)
    case 'cast':
      return `${expr.safe ? 'TRY_CAST' : 'CAST'}(${sql(expr.input, columns)} AS ${printType(expr.type).replace(/ NOT NULL$/, '')})`
    case 'and':
    case 'or':
      return expr.args.map(arg => operand(arg, columns)).join(` ${expr.kind.toUpperCase()} `)
    case 'case': {
      const branches = expr.branches.map(branch => ` WHEN ${sql(branch.when, columns)} THEN ${sql(branch.then, columns)}`)
      return `CASE${branches.join('')} ELSE ${sql(expr.otherwise, columns)} END`
    }
    case 'field':
      return `${operand(expr.input, columns)}.${fieldName(expr)}`
  }
}

const fieldName = (expr: ExprOf<'field'>): string =>
  expr.input.type.kind === 'ROW' ? (expr.input.type.fields[expr.index]?.name ?? String(expr.index)) : String(expr.index)

function callText({ function: { name }, args }: ExprOf<'call'>, columns: Schema): string {
  if (args.length === 2 && /^(\W+|IS .*)$/.test(name))
    return `${operand(args[0]!, columns)} ${name} ${operand(args[1]!, columns)}`
  if (args.length === 1 && name.startsWith('IS ')) return `${operand(args[0]!, columns)} ${name}`
  if (name === 'IN')
    return `${operand(args[0]!, columns)} IN (${args
      .slice(1)
      .map(arg => sql(arg, columns))
      .join(', ')})`
  if (name === 'NEGATE') return `-${operand(args[0]!, columns)}`
  if (name === 'NOT') return `NOT ${operand(args[0]!, columns)}`
  return `${name}(${args.map(arg => sql(arg, columns)).join(', ')})`
}

/** In parentheses where it is made of several words. */
function operand(expr: Expr, columns: Schema): string {
  const text = sql(expr, columns)
  const compound =
    expr.kind === 'and' || expr.kind === 'or' || (expr.kind === 'call' && /^(\W+|IS .*|IN)$/.test(expr.function.name))
  return compound ? `(${text})` : text
}

function literalText({ value, type }: ExprOf<'literal'>): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (type.kind === 'DECIMAL') return decimalText(value as bigint, type.scale)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`
  if (typeof value === 'object') return isText(type) ? '' : `${type.kind}[…]`
  return type.kind === 'INT' || type.kind === 'BIGINT' || type.kind === 'DOUBLE' ? String(value) : `${type.kind} ${value}`
}
