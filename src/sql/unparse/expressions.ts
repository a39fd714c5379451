/** Expressions as text, with as few parentheses as the ladder of precedence allows. */
import { unreachable } from '../../base/assert.ts'
import {
  type Argument,
  type Call,
  type Expression,
  type FrameBound,
  type Identifier,
  type JsonBehavior,
  type JsonEntry,
  type JsonItem,
  type OrderItem,
  type Query,
  type TableArgument,
  type WindowSpec,
  timeUnits,
} from '../ast.ts'
import { isCallable } from '../keywords.ts'
import { precedence, precedenceOf } from '../precedence.ts'
import { identifierText, memberText, nameText, pathText, phrase, quotedText, wordText } from './names.ts'
import { qualifierText, typeText } from './types.ts'

/** As an interval does. */
const endsInUnit = new RegExp(String.raw`\b(${timeUnits.join('|')})(\([\d, ]+\))?$`)

export class ExpressionPrinter {
  readonly #query: (query: Query) => string

  constructor(query: (query: Query) => string) {
    this.#query = query
  }

  /** The text, in parentheses if its operator binds less tightly than `minimum`. */
  print(node: Expression, minimum = 0): string {
    const text = this.#plain(node)
    return precedenceOf(node) < minimum ? `(${text})` : text
  }

  list(nodes: readonly Expression[]): string {
    return nodes.map(node => this.print(node)).join(', ')
  }

  #plain(node: Expression): string {
    switch (node.kind) {
      case 'number':
        return node.text
      case 'string':
        return quotedText(node.value)
      case 'binary-literal':
        return `x'${node.hex}'`
      case 'boolean':
        return node.value === null ? 'UNKNOWN' : node.value ? 'TRUE' : 'FALSE'
      case 'null':
        return 'NULL'
      case 'datetime':
        return `${node.type} ${quotedText(node.text)}`
      case 'interval':
        return `INTERVAL ${node.negative ? '-' : ''}${quotedText(node.text)} ${qualifierText(node.qualifier)}`
      case 'interval-expression': {
        const bare = node.operand.kind === 'number' || node.operand.kind === 'column'
        const amount = bare ? this.print(node.operand) : `(${this.print(node.operand)})`
        return `INTERVAL ${amount} ${qualifierText(node.qualifier)}`
      }
      case 'column':
        return pathText(node.parts)
      case 'star':
        return node.qualifier === undefined ? '*' : `${nameText(node.qualifier)}.*`
      case 'parameter':
        return node.name === undefined ? '?' : `:${identifierText({ name: node.name, quoted: false } as Identifier)}`
      case 'niladic':
        return node.precision === undefined ? node.name : `${node.name}(${node.precision})`
      case 'unary': {
        if (node.operator === 'NOT') return `NOT ${this.print(node.operand, precedence.not)}`
        const operand = this.print(node.operand, precedence.sign)
        // Two minus signs in a row would begin a comment.
        return /^[-+]/.test(operand) ? `${node.operator} ${operand}` : node.operator + operand
      }
      case 'binary': {
        const binding = precedenceOf(node)
        return `${this.print(node.left, binding)} ${node.operator} ${this.print(node.right, binding + 1)}`
      }
      case 'logical':
        return node.operands.map(operand => this.print(operand, precedenceOf(node) + 1)).join(` ${node.operator} `)
      case 'is':
        return phrase(this.print(node.operand, precedence.is), 'IS', node.negated && 'NOT', node.test)
      case 'is-distinct': {
        const left = this.print(node.left, precedence.comparison)
        return phrase(left, 'IS', node.negated && 'NOT', 'DISTINCT FROM', this.print(node.right, precedence.comparison + 1))
      }
      case 'between': {
        const bounds = `${this.#argumentOf(node.low)} AND ${this.#argumentOf(node.high)}`
        return phrase(this.#operandOf(node.operand), node.negated && 'NOT', 'BETWEEN', node.symmetric && 'SYMMETRIC', bounds)
      }
      case 'in-list':
        return phrase(this.#operandOf(node.operand), node.negated && 'NOT', `IN (${this.list(node.list)})`)
      case 'in-query':
        return phrase(this.#operandOf(node.operand), node.negated && 'NOT', `IN (${this.#query(node.query)})`)
      case 'like': {
        const escape = node.escape && `ESCAPE ${this.#argumentOf(node.escape)}`
        const pattern = this.#argumentOf(node.pattern)
        return phrase(this.#operandOf(node.operand), node.negated && 'NOT', node.operator, pattern, escape)
      }
      case 'quantified': {
        const inside = node.query === undefined ? this.list(node.list ?? []) : this.#query(node.query)
        return `${this.#operandOf(node.left)} ${node.operator} ${node.quantifier} (${inside})`
      }
      case 'exists':
        return `EXISTS (${this.#query(node.query)})`
      case 'subquery':
        return `(${this.#query(node.query)})`
      case 'row':
        return `${node.explicit ? 'ROW' : ''}(${this.list(node.items)})`
      case 'collection':
        return `${node.type}[${this.list(node.elements)}]`
      case 'collection-query':
        return `${node.type}(${this.#query(node.query)})`
      case 'item':
        return `${this.#subject(node.operand, true)}[${this.print(node.index)}]`
      case 'field':
        return `${this.#subject(node.operand, false)}.${memberText(node.field)}`
      case 'call':
        return this.call(node)
      case 'case': {
        const whens = node.whens.map(when => `WHEN ${this.list(when.conditions)} THEN ${this.print(when.result)}`)
        const otherwise = node.otherwise && `ELSE ${this.print(node.otherwise)}`
        return phrase('CASE', node.operand && this.print(node.operand), ...whens, otherwise, 'END')
      }
      case 'cast':
        return `${node.safe ? 'TRY_CAST' : 'CAST'}(${this.print(node.operand)} AS ${typeText(node.type)})`
      case 'extract':
        return `EXTRACT(${node.unit.unit} FROM ${this.print(node.operand)})`
      case 'round-to-unit': {
        const operand = this.print(node.operand)
        // An interval before TO would take it for its own: INTERVAL '1' DAY TO HOUR.
        return `${node.operator}(${endsInUnit.test(operand) ? `(${operand})` : operand} TO ${node.unit.unit})`
      }
      case 'position': {
        const from = node.from && `FROM ${this.print(node.from)}`
        return `POSITION(${phrase(this.#argumentOf(node.needle), 'IN', this.print(node.haystack), from)})`
      }
      case 'substring': {
        const length = node.length && `FOR ${this.print(node.length)}`
        return `SUBSTRING(${phrase(this.print(node.operand), 'FROM', this.print(node.from), length)})`
      }
      case 'overlay': {
        const length = node.length && `FOR ${this.print(node.length)}`
        const placing = `PLACING ${this.print(node.placing)}`
        return `OVERLAY(${phrase(this.print(node.operand), placing, 'FROM', this.print(node.from), length)})`
      }
      case 'trim':
        return `TRIM(${phrase(node.side, node.characters && this.print(node.characters), 'FROM', this.print(node.operand))})`
      case 'timestamp-add':
        return `TIMESTAMPADD(${node.unit.unit}, ${this.print(node.count)}, ${this.print(node.operand)})`
      case 'timestamp-diff':
        return `TIMESTAMPDIFF(${node.unit.unit}, ${this.print(node.from)}, ${this.print(node.to)})`
      case 'json-exists': {
        const onError = node.onError && `${node.onError} ON ERROR`
        return `JSON_EXISTS(${phrase(`${this.print(node.input)}, ${this.print(node.path)}`, onError)})`
      }
      case 'json-value':
      case 'json-query': {
        const returning = node.returning && `RETURNING ${typeText(node.returning)}`
        const wrapper = node.kind === 'json-query' && node.wrapper && `${node.wrapper} WRAPPER`
        const onEmpty = node.onEmpty && `${this.#behavior(node.onEmpty)} ON EMPTY`
        const onError = node.onError && `${this.#behavior(node.onError)} ON ERROR`
        const inputs = `${this.print(node.input)}, ${this.print(node.path)}`
        const name = node.kind === 'json-value' ? 'JSON_VALUE' : 'JSON_QUERY'
        return `${name}(${phrase(inputs, returning, wrapper, onEmpty, onError)})`
      }
      case 'json-object':
        return `JSON_OBJECT(${phrase(node.entries.map(entry => this.#jsonEntry(entry)).join(', '), node.onNull)})`
      case 'json-array':
        return `JSON_ARRAY(${phrase(node.items.map(item => this.#jsonItem(item)).join(', '), node.onNull)})`
      case 'json-objectagg':
        return phrase(`JSON_OBJECTAGG(${phrase(this.#jsonEntry(node.entry), node.onNull)})`, ...this.#aggregated(node))
      case 'json-arrayagg': {
        const inside = phrase(this.#jsonItem(node.item), this.orderBy(node.orderBy), node.onNull)
        return phrase(`JSON_ARRAYAGG(${inside})`, ...this.#aggregated(node))
      }
      case 'match-semantics':
        return `${node.semantics} ${this.print(node.operand)}`
      default:
        return unreachable(node)
    }
  }

  /** The left side of BETWEEN, IN and LIKE. */
  #operandOf(node: Expression): string {
    return this.print(node, precedence.predicate)
  }

  /** What stands on their right. */
  #argumentOf(node: Expression): string {
    return this.print(node, precedence.predicate + 1)
  }

  /** What `[..]` and `.f` apply to. A dot behind a plain name would lengthen the name, and `map[..]` is a MAP. */
  #subject(node: Expression, item: boolean): string {
    const bare =
      node.kind === 'item' ||
      node.kind === 'field' ||
      node.kind === 'collection' ||
      (node.kind === 'call' && node.over === undefined) ||
      (node.kind === 'column' && item && !(node.parts.length === 1 && node.parts[0]!.name.toUpperCase() === 'MAP'))
    return bare ? this.print(node) : `(${this.print(node)})`
  }

  #behavior({ action, value }: JsonBehavior): string {
    return phrase(action, value && this.print(value))
  }

  #jsonEntry({ key, value, formatJson }: JsonEntry): string {
    return phrase('KEY', this.print(key), 'VALUE', this.print(value), formatJson && 'FORMAT JSON')
  }

  #jsonItem({ value, formatJson }: JsonItem): string {
    return phrase(this.print(value), formatJson && 'FORMAT JSON')
  }

  #aggregated({ filter, over }: Pick<Call, 'filter' | 'over'>): string[] {
    return [
      filter === undefined ? '' : `FILTER (WHERE ${this.print(filter)})`,
      over === undefined ? '' : `OVER ${this.#over(over)}`,
    ]
  }

  #over(over: WindowSpec | Identifier): string {
    return over.kind === 'window' ? this.window(over) : identifierText(over)
  }

  // ── calls ──

  call(node: Call): string {
    const args = node.args.map(argument => this.#argument(argument)).join(', ')
    const inside = phrase(node.quantifier, args, this.orderBy(node.orderBy))
    const name = pathText(node.name.parts, first => (isCallable(first.name) ? wordText(first) : identifierText(first)))
    const within = node.withinGroup.length === 0 ? '' : `WITHIN GROUP (${this.orderBy(node.withinGroup)})`
    return phrase(`${name}(${inside})`, node.nullTreatment, within, ...this.#aggregated(node))
  }

  #argument(node: Argument): string {
    switch (node.kind) {
      case 'named-argument':
        return `${identifierText(node.name)} => ${this.#argument(node.value)}`
      case 'table-argument':
        return this.#tableArgument(node)
      case 'model-argument':
        return `MODEL ${nameText(node.model)}`
      case 'descriptor': {
        const columns = node.columns.map(({ name, type }) => phrase(identifierText(name), type && typeText(type)))
        return `DESCRIPTOR(${columns.join(', ')})`
      }
      case 'default':
        return 'DEFAULT'
      default:
        return this.print(node)
    }
  }

  #tableArgument({ table, partitionBy, orderBy }: TableArgument): string {
    const keys = this.list(partitionBy)
    const items = orderBy.map(item => this.orderItem(item)).join(', ')
    return phrase(
      'TABLE',
      table.kind === 'name' ? nameText(table) : table.kind === 'query' ? `(${this.#query(table)})` : this.call(table),
      partitionBy.length > 0 && `PARTITION BY ${partitionBy.length === 1 ? keys : `(${keys})`}`,
      orderBy.length > 0 && `ORDER BY (${items})`,
    )
  }

  // ── windows and order ──

  /** `ORDER BY ..` when there are items. */
  orderBy(items: readonly OrderItem[]): string {
    return items.length === 0 ? '' : `ORDER BY ${items.map(item => this.orderItem(item)).join(', ')}`
  }

  orderItem({ expression, direction, nulls }: OrderItem): string {
    return phrase(this.print(expression), direction, nulls && `NULLS ${nulls}`)
  }

  window({ base, partitionBy, orderBy, frame }: WindowSpec): string {
    const partition = partitionBy.length === 0 ? '' : `PARTITION BY ${this.list(partitionBy)}`
    const start = frame && this.#bound(frame.start)
    const range = frame?.end === undefined ? start : `BETWEEN ${start!} AND ${this.#bound(frame.end)}`
    return `(${phrase(base && identifierText(base), partition, this.orderBy(orderBy), frame?.unit, range)})`
  }

  #bound({ type, offset }: FrameBound): string {
    return phrase(offset && this.print(offset), type)
  }
}
