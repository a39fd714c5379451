/** Queries as text, on one line. */
import { unreachable } from '../../base/assert.ts'
import type {
  CommonTable,
  Expression,
  GroupItem,
  Hint,
  HintArgument,
  Join,
  MatchRecognize,
  Pattern,
  Query,
  QueryBody,
  Select,
  SetOperation,
  TableAlias,
  TableReference,
  ValuesRow,
} from '../ast.ts'
import { ExpressionPrinter } from './expressions.ts'
import { identifierText, nameText, namesText, phrase, stringText, wordText } from './names.ts'

const expressions = new ExpressionPrinter(queryText)

export const expressionText = (node: Expression): string => expressions.print(node)
export const callText = expressions.call.bind(expressions)

export function queryText(node: Query): string {
  const ctes = node.with.length === 0 ? '' : `WITH ${node.with.map(commonTableText).join(', ')}`
  const limit = node.limit && `LIMIT ${expressionText(node.limit)}`
  const offset = node.offset && `OFFSET ${expressionText(node.offset)}`
  return phrase(ctes, bodyText(node.body), expressions.orderBy(node.orderBy), limit, offset)
}

function commonTableText({ name, columns, query }: CommonTable): string {
  return phrase(identifierText(name), columns.length > 0 && namesText(columns), `AS (${queryText(query)})`)
}

function bodyText(node: QueryBody): string {
  switch (node.kind) {
    case 'query':
      return `(${queryText(node)})`
    case 'values':
      return `VALUES ${node.rows.map(valuesRowText).join(', ')}`
    case 'explicit-table':
      return `TABLE ${nameText(node.name)}`
    case 'set-operation': {
      const right = operandText(node.right, binding(node) + 1)
      return phrase(operandText(node.left, binding(node)), node.operator, node.all && 'ALL', right)
    }
    case 'select':
      return selectText(node)
    default:
      return unreachable(node)
  }
}

const binding = (node: SetOperation): number => (node.operator === 'INTERSECT' ? 2 : 1)

function operandText(node: QueryBody, minimum: number): string {
  const text = bodyText(node)
  return node.kind === 'set-operation' && binding(node) < minimum ? `(${text})` : text
}

/** A row of one column needs care when that column is itself a row. */
function valuesRowText({ items }: ValuesRow): string {
  return items.length === 1 && items[0]!.kind === 'row' ? `ROW(${expressions.list(items)})` : `(${expressions.list(items)})`
}

function selectText(node: Select): string {
  const items = node.items.map(({ expression, alias }) => {
    return phrase(expressionText(expression), alias && `AS ${identifierText(alias)}`)
  })
  const groups = node.groupBy?.items.map(groupItemText).join(', ')
  const windows = node.windows.map(({ name, spec }) => `${identifierText(name)} AS ${expressions.window(spec)}`)
  return phrase(
    'SELECT',
    hintsText(node.hints),
    node.quantifier,
    items.join(', '),
    node.from && `FROM ${tableText(node.from)}`,
    node.where && `WHERE ${expressionText(node.where)}`,
    node.groupBy && phrase('GROUP BY', node.groupBy.quantifier, groups),
    node.having && `HAVING ${expressionText(node.having)}`,
    windows.length > 0 && `WINDOW ${windows.join(', ')}`,
    node.qualify && `QUALIFY ${expressionText(node.qualify)}`,
  )
}

function groupItemText(node: GroupItem): string {
  const list = (items: readonly GroupItem[]) => `(${items.map(groupItemText).join(', ')})`
  switch (node.kind) {
    case 'grouping-set':
      return list(node.items)
    case 'grouping-sets':
      return `GROUPING SETS ${list(node.sets)}`
    case 'rollup':
      return `ROLLUP ${list(node.items)}`
    case 'cube':
      return `CUBE ${list(node.items)}`
    default:
      return expressionText(node)
  }
}

// ── hints ──

export function hintsText(hints: readonly Hint[]): string {
  return hints.length === 0 ? '' : `/*+ ${hints.map(hintText).join(', ')} */`
}

function hintText({ name, args }: Hint): string {
  const texts = args.map(({ key, value }) =>
    key === undefined ? hintWordText(value) : `${hintWordText(key)} = ${hintWordText(value)}`,
  )
  return texts.length === 0 ? wordText(name) : `${wordText(name)}(${texts.join(', ')})`
}

function hintWordText(node: HintArgument['value']): string {
  if (node.kind === 'string') return stringText(node)
  return node.kind === 'number' ? node.text : wordText(node)
}

// ── FROM ──

export function tableText(node: TableReference): string {
  switch (node.kind) {
    case 'table': {
      const asOf = node.asOf && `FOR SYSTEM_TIME AS OF ${expressionText(node.asOf)}`
      return phrase(nameText(node.name), hintsText(node.hints), asOf, aliasText(node.alias))
    }
    case 'derived-table':
      return phrase(node.lateral && 'LATERAL', `(${queryText(node.query)})`, aliasText(node.alias))
    case 'table-function': {
      const call = `TABLE(${callText(node.call)})`
      return phrase(node.lateral && 'LATERAL', call, hintsText(node.hints), aliasText(node.alias))
    }
    case 'unnest': {
      const operands = `UNNEST(${expressions.list(node.operands)})`
      return phrase(node.lateral && 'LATERAL', operands, node.ordinality && 'WITH ORDINALITY', aliasText(node.alias))
    }
    case 'join':
      return joinText(node)
    case 'match-recognize':
      return matchText(node)
    default:
      return unreachable(node)
  }
}

function aliasText(alias: TableAlias | undefined): string {
  if (alias === undefined) return ''
  return `AS ${identifierText(alias.name)}${alias.columns.length === 0 ? '' : ` ${namesText(alias.columns)}`}`
}

function joinText(node: Join): string {
  if (node.type === 'COMMA') return `${tableText(node.left)}, ${inParentheses(node.right, isComma(node.right))}`
  const type = node.type === 'INNER' ? 'JOIN' : `${node.type} JOIN`
  return phrase(
    inParentheses(node.left, isComma(node.left)),
    node.natural && 'NATURAL',
    type,
    inParentheses(node.right, node.right.kind === 'join'),
    node.condition?.kind === 'on' && `ON ${expressionText(node.condition.condition)}`,
    node.condition?.kind === 'using' && `USING ${namesText(node.condition.columns)}`,
  )
}

const isComma = (node: TableReference): boolean => node.kind === 'join' && node.type === 'COMMA'

const inParentheses = (node: TableReference, needed: boolean): string => (needed ? `(${tableText(node)})` : tableText(node))

// ── MATCH_RECOGNIZE ──

function matchText(node: MatchRecognize): string {
  const measures = node.measures.map(({ expression, alias }) => `${expressionText(expression)} AS ${identifierText(alias)}`)
  const after = node.afterMatch
  const subsets = node.subsets.map(({ name, variables }) => `${identifierText(name)} = ${namesText(variables)}`)
  const pattern = phrase(node.anchoredStart && '^', patternText(node.pattern, 0), node.anchoredEnd && '$')
  const define = node.define.map(({ variable, condition }) => `${identifierText(variable)} AS ${expressionText(condition)}`)
  const inside = phrase(
    node.partitionBy.length > 0 && `PARTITION BY ${expressions.list(node.partitionBy)}`,
    expressions.orderBy(node.orderBy),
    measures.length > 0 && `MEASURES ${measures.join(', ')}`,
    node.rows && `${node.rows} PER MATCH`,
    after && phrase('AFTER MATCH SKIP', after.skip, after.variable && identifierText(after.variable)),
    `PATTERN (${pattern})`,
    node.within && `WITHIN ${expressionText(node.within)}`,
    subsets.length > 0 && `SUBSET ${subsets.join(', ')}`,
    `DEFINE ${define.join(', ')}`,
  )
  return phrase(inParentheses(node.input, node.input.kind === 'join'), `MATCH_RECOGNIZE (${inside})`, aliasText(node.alias))
}

const grouped = (text: string, needed: boolean): string => (needed ? `(${text})` : text)

/** 0: anything may stand here, 1: no alternation, 2: a single item. */
function patternText(node: Pattern, level: number): string {
  switch (node.kind) {
    case 'pattern-variable':
      return identifierText(node.name)
    case 'pattern-alternation':
      return grouped(node.items.map(item => patternText(item, 1)).join(' | '), level > 0)
    case 'pattern-sequence':
      return grouped(node.items.map(item => patternText(item, 2)).join(' '), level > 1)
    case 'pattern-repeat': {
      const item = patternText(node.item, 2)
      const times = timesText(node.min, node.max) + (node.reluctant ? '?' : '')
      return node.item.kind === 'pattern-repeat' ? `(${item})${times}` : item + times
    }
    case 'pattern-permute':
      return `PERMUTE(${node.items.map(item => patternText(item, 0)).join(', ')})`
    case 'pattern-exclusion':
      return `{- ${patternText(node.item, 0)} -}`
    default:
      return unreachable(node)
  }
}

function timesText(min: number, max: number | undefined): string {
  if (max === undefined && min <= 1) return min === 0 ? '*' : '+'
  if (min === 0 && max === 1) return '?'
  return min === max ? `{${min}}` : `{${min},${max ?? ''}}`
}
