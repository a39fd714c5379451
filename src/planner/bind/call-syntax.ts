/**
 * Functions as they are written: with words between the arguments, without parentheses, with a unit. All become calls of
 * the function table; words become arguments that are literals.
 *
 *     EXTRACT(YEAR FROM d)        EXTRACT('YEAR', d)
 *     TRIM(LEADING 'x' FROM s)    TRIM('LEADING', 'x', s)
 *     FLOOR(ts TO HOUR)           FLOOR(ts, 'HOUR')
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { types } from '../../data/type.ts'
import { type Expr, literal } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { conditionalSignatures, desugarConditional, isConditional } from '../../expr/desugar.ts'
import { callFunction, cannotApply, functionNamed, located } from './call.ts'
import type { ExpressionContext } from './expression.ts'
import { bindType } from './type.ts'
import { isGroupWindow, windowProperty } from './group-names.ts'
import { isAggregate, isGroupingCall } from './walk.ts'

export type SpecialCall =
  | ast.NiladicFunction
  | ast.Call
  | ast.Extract
  | ast.RoundToUnit
  | ast.Position
  | ast.Substring
  | ast.Overlay
  | ast.Trim
  | ast.TimestampAdd
  | ast.TimestampDiff
  | ast.JsonExists
  | ast.JsonValue
  | ast.JsonQuery
  | ast.JsonObject
  | ast.JsonArray
  | ast.JsonObjectAgg
  | ast.JsonArrayAgg

type Bind = (node: ast.Expression) => Expr

export function bindCall(node: SpecialCall, context: ExpressionContext, bind: Bind): Expr {
  const call = (name: string, ...args: readonly (Expr | undefined)[]): Expr =>
    callFunction(
      name,
      args.filter(arg => arg !== undefined),
      node.span,
      context.session,
    )
  const word = (text: string): Expr => literal(text, types.char(text.length, false), node.span)
  const optional = (part: ast.Expression | undefined): Expr | undefined => part && bind(part)
  switch (node.kind) {
    case 'call':
      return bindPlainCall(node, context, bind)
    case 'niladic': {
      const precision = node.precision === undefined ? undefined : literal(node.precision, types.int(false), node.span)
      return call(node.name, precision)
    }
    case 'extract':
      return call('EXTRACT', word(node.unit.unit), bind(node.operand))
    case 'round-to-unit':
      return call(node.operator, bind(node.operand), word(node.unit.unit))
    case 'position':
      return call('POSITION', bind(node.needle), bind(node.haystack), optional(node.from))
    case 'substring':
      return call('SUBSTRING', bind(node.operand), bind(node.from), optional(node.length))
    case 'overlay':
      return call('OVERLAY', bind(node.operand), bind(node.placing), bind(node.from), optional(node.length))
    case 'trim':
      return call('TRIM', word(node.side), node.characters ? bind(node.characters) : word(' '), bind(node.operand))
    case 'timestamp-add':
      return call('TIMESTAMPADD', word(node.unit.unit), bind(node.count), bind(node.operand))
    case 'timestamp-diff':
      return call('TIMESTAMPDIFF', word(node.unit.unit), bind(node.from), bind(node.to))
    case 'json-exists':
      return call('JSON_EXISTS', bind(node.input), bind(node.path), word(node.onError ?? 'FALSE'))
    case 'json-value':
      return bindJsonValue(node, call, word, bind)
    case 'json-query':
      return bindJsonQuery(node, call, word, bind)
    case 'json-object': {
      const entries = node.entries.flatMap(e => [bind(e.key), ...bindJsonPart(e, call, word, bind)])
      return call('JSON_OBJECT', word(node.onNull ?? 'NULL ON NULL'), ...entries)
    }
    case 'json-array':
      return call(
        'JSON_ARRAY',
        word(node.onNull ?? 'ABSENT ON NULL'),
        ...node.items.flatMap(i => bindJsonPart(i, call, word, bind)),
      )
    case 'json-objectagg':
    case 'json-arrayagg':
      throw misplaced(node, context)
  }
}

type MakeCall = (name: string, ...args: readonly (Expr | undefined)[]) => Expr
type Word = (text: string) => Expr

/** JSON_VALUE(input, path, type, on empty, default, on error, default): the type as a NULL of it. */
function bindJsonValue(node: ast.JsonValue, call: MakeCall, word: Word, bind: Bind): Expr {
  const returning = literal(null, node.returning ? bindType(node.returning) : types.string(), node.span)
  const behavior = (b: ast.JsonBehavior | undefined): readonly Expr[] => [
    word(b?.action ?? 'NULL'),
    b?.value ? bind(b.value) : literal(null, types.null(), node.span),
  ]
  return call('JSON_VALUE', bind(node.input), bind(node.path), returning, ...behavior(node.onEmpty), ...behavior(node.onError))
}

/** JSON_QUERY(input, path, type, wrapper, on empty, on error). */
function bindJsonQuery(node: ast.JsonQuery, call: MakeCall, word: Word, bind: Bind): Expr {
  const returning = literal(null, node.returning ? bindType(node.returning) : types.string(), node.span)
  const words = [node.wrapper ?? 'WITHOUT', node.onEmpty?.action ?? 'NULL', node.onError?.action ?? 'NULL'].map(word)
  return call('JSON_QUERY', bind(node.input), bind(node.path), returning, ...words)
}

/** A value of JSON_OBJECT or JSON_ARRAY and its form: 'JSON' for what is JSON text already, nested calls and JSON(text). */
function bindJsonPart(
  { value, formatJson }: ast.JsonEntry | ast.JsonItem,
  call: MakeCall,
  word: Word,
  bind: Bind,
): readonly Expr[] {
  if (formatJson) throw new UnsupportedError('FORMAT JSON', value.span)
  if (value.kind === 'json-object' || value.kind === 'json-array') return [bind(value), word('JSON')]
  if (value.kind !== 'call' || !isJsonCall(value)) return [bind(value), word('VALUE')]
  return [call('JSON', ...value.args.map(arg => bind(plainArgument(arg, 'JSON')))), word('JSON')]
}

const isJsonCall = (node: ast.Call): boolean => node.name.parts.length === 1 && node.name.parts[0]!.name.toUpperCase() === 'JSON'

const misplaced = (node: SpecialCall, { place }: ExpressionContext): SqlError =>
  new SqlError('AGGREGATE_MISPLACED', `Aggregate expression is illegal in ${place} clause`, node.span)

function bindPlainCall(node: ast.Call, context: ExpressionContext, bind: Bind): Expr {
  const name = node.name.parts.at(-1)!.name.toUpperCase()
  if (node.over !== undefined) throw new UnsupportedError(`${name} OVER a window`, node.span)
  const isMisplaced: boolean = isAggregate(node) || isGroupingCall(node)
  if (isMisplaced) throw misplaced(node, context)
  if (node.name.parts.length > 1) {
    const path = node.name.parts.map(p => p.name).join('.')
    throw new SqlError('FUNCTION_UNKNOWN', `there is no function '${path}'`, node.name.span)
  }
  if (isJsonCall(node)) {
    const where = 'The JSON() function is currently only supported inside JSON_ARRAY() or as the VALUE param of JSON_OBJECT()'
    throw new SqlError('FUNCTION_MISPLACED', where, node.span)
  }
  const isWindow: boolean = isGroupWindow(node) || windowProperty(node) !== undefined
  if (isWindow) {
    throw new SqlError('WINDOW_INVALID', `Group function '${name}' can only appear in GROUP BY clause`, node.span)
  }
  if (!isConditional(name)) functionNamed(node.name.parts[0]!.name, node.name.span)
  const args = node.args.map(arg => bind(plainArgument(arg, name)))
  return isConditional(name) ? conditional(name, args, node.span) : callFunction(name, args, node.span, context.session)
}

function conditional(name: string, args: readonly Expr[], span: Span): Expr {
  const expr = located(span, () => desugarConditional(name, args, span))
  if (expr !== undefined) return expr
  throw cannotApply({ name, signatures: conditionalSignatures[name]! }, args, span)
}

function plainArgument(arg: ast.Argument, name: string): ast.Expression {
  switch (arg.kind) {
    case 'named-argument':
    case 'table-argument':
    case 'model-argument':
    case 'descriptor':
    case 'default':
      throw new UnsupportedError(`such an argument of ${name}`, arg.span)
    case 'star':
      throw new SqlError('STAR_MISPLACED', `${name} takes no *`, arg.span)
    default:
      return arg
  }
}
