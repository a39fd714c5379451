/** MATCH_RECOGNIZE: patterns of rows in a table. */
import type {
  AfterMatch,
  Expression,
  MatchRecognize,
  Measure,
  Pattern,
  PatternDefinition,
  PatternSubset,
  TableReference,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import { orderBy, partitionBy } from './windows.ts'

/** The clause behind its input; an alias may follow. */
export function matchRecognize(p: Cursor, input: TableReference): MatchRecognize {
  p.expect('MATCH_RECOGNIZE')
  p.expect('(')
  const partitions = partitionBy(p)
  const order = orderBy(p)
  const measures = p.take('MEASURES') ? p.list(() => measure(p)) : []
  const rows = rowsPerMatch(p)
  const after = afterMatch(p)
  const { pattern, anchoredStart, anchoredEnd } = patternClause(p)
  const within = p.take('WITHIN') ? p.expression() : undefined
  const subsets = p.take('SUBSET') ? p.list(() => subset(p)) : []
  p.expect('DEFINE')
  const define = p.list(() => definition(p))
  p.expect(')')
  return {
    kind: 'match-recognize',
    input,
    partitionBy: partitions,
    orderBy: order,
    measures,
    rows,
    afterMatch: after,
    anchoredStart,
    anchoredEnd,
    pattern,
    within,
    subsets,
    define,
    alias: undefined,
    span: p.spanFrom(input.span.start),
  }
}

function measure(p: Cursor): Measure {
  const start = p.start
  const expression: Expression = p.expression()
  p.expect('AS')
  const alias = p.identifier('an alias')
  return { kind: 'measure', expression, alias, span: p.spanFrom(start) }
}

function rowsPerMatch(p: Cursor): MatchRecognize['rows'] {
  if (p.take('ONE')) {
    p.expect('ROW', 'PER', 'MATCH')
    return 'ONE ROW'
  }
  if (p.take('ALL')) {
    p.expect('ROWS', 'PER', 'MATCH')
    return 'ALL ROWS'
  }
  return undefined
}

function afterMatch(p: Cursor): AfterMatch | undefined {
  const start = p.start
  if (!p.take('AFTER')) return undefined
  p.expect('MATCH', 'SKIP')
  const node = (skip: AfterMatch['skip'], variable: AfterMatch['variable']): AfterMatch => {
    return { kind: 'after-match', skip, variable, span: p.spanFrom(start) }
  }
  if (p.take('PAST')) {
    p.expect('LAST', 'ROW')
    return node('PAST LAST ROW', undefined)
  }
  p.expect('TO')
  if (p.take('NEXT', 'ROW')) return node('TO NEXT ROW', undefined)
  const end = p.takeAny('FIRST', 'LAST') ?? 'LAST'
  const variable = p.identifier('a pattern variable')
  return node(`TO ${end}`, variable)
}

function patternClause(p: Cursor) {
  p.expect('PATTERN')
  p.expect('(')
  const anchoredStart = p.take('^')
  const pattern = alternation(p)
  const anchoredEnd = p.take('$')
  p.expect(')')
  return { pattern, anchoredStart, anchoredEnd }
}

function alternation(p: Cursor): Pattern {
  return p.nested(() => {
    const start = p.start
    const items = [sequence(p)]
    while (p.take('|')) items.push(sequence(p))
    return items.length === 1 ? items[0]! : { kind: 'pattern-alternation', items, span: p.spanFrom(start) }
  })
}

function sequence(p: Cursor): Pattern {
  const start = p.start
  const items = [repeated(p)]
  while (p.atName() || p.atAny('(', '{', 'PERMUTE')) items.push(repeated(p))
  return items.length === 1 ? items[0]! : { kind: 'pattern-sequence', items, span: p.spanFrom(start) }
}

function repeated(p: Cursor): Pattern {
  const start = p.start
  const item = patternAtom(p)
  const times = quantifier(p)
  if (times === undefined) return item
  const reluctant = p.take('?')
  return { kind: 'pattern-repeat', item, ...times, reluctant, span: p.spanFrom(start) }
}

function quantifier(p: Cursor): { readonly min: number; readonly max: number | undefined } | undefined {
  if (p.take('*')) return { min: 0, max: undefined }
  if (p.take('+')) return { min: 1, max: undefined }
  if (p.take('?')) return { min: 0, max: 1 }
  if (!p.at('{') || p.peek(1).symbol === '-') return undefined
  p.expect('{')
  const min = p.at(',') ? undefined : p.integer()
  const max = p.take(',') ? (p.at('}') ? undefined : p.integer()) : min
  p.expect('}')
  return { min: min ?? 0, max }
}

function patternAtom(p: Cursor): Pattern {
  const start = p.start
  if (p.take('(')) {
    const inner = alternation(p)
    p.expect(')')
    return inner
  }
  if (p.take('{', '-')) {
    const item = alternation(p)
    p.expect('-', '}')
    return { kind: 'pattern-exclusion', item, span: p.spanFrom(start) }
  }
  if (p.take('PERMUTE')) {
    return { kind: 'pattern-permute', items: p.parenthesized(() => alternation(p)), span: p.spanFrom(start) }
  }
  const name = p.identifier('a pattern variable')
  return { kind: 'pattern-variable', name, span: name.span }
}

function subset(p: Cursor): PatternSubset {
  const name = p.identifier('a name')
  p.expect('=')
  const variables = p.parenthesized(() => p.identifier('a pattern variable'))
  return { kind: 'subset', name, variables, span: p.spanFrom(name.span.start) }
}

function definition(p: Cursor): PatternDefinition {
  const variable = p.identifier('a pattern variable')
  p.expect('AS')
  const condition = p.expression()
  return { kind: 'pattern-definition', variable, condition, span: p.spanFrom(variable.span.start) }
}
