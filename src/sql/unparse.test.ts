import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ComparisonOperator, Expression, Identifier } from './ast.ts'
import { parseExpression, parseStatement, parseType } from './parser.ts'
import { withoutSpans } from './same.ts'
import { unparse, unparseExpression, unparseType } from './unparse.ts'

describe('the canonical form', () => {
  test.each([
    ['select a,b from T where not (x<1) fetch first 3 rows only', 'SELECT a, b FROM T WHERE NOT x < 1 LIMIT 3'],
    ['select `a b` x, "from" from t', undefined],
    ['select t.*, count(*) c from `user` t group by ()', 'SELECT t.*, count(*) AS c FROM `user` AS t GROUP BY ()'],
    ['(select 1) union (select 2 limit 1)', 'SELECT 1 UNION (SELECT 2 LIMIT 1)'],
    ['select 1 union (select 2 union all select 3)', 'SELECT 1 UNION (SELECT 2 UNION ALL SELECT 3)'],
    [
      'select * from tumble(table t, descriptor(ts), interval 1 minutes)',
      'SELECT * FROM TABLE(tumble(TABLE t, DESCRIPTOR(ts), INTERVAL 1 MINUTE))',
    ],
  ])('%s', (text, printed) => {
    if (printed === undefined) expect(() => parseStatement(text)).toThrow('unexpected character')
    else expect(unparse(parseStatement(text))).toBe(printed)
  })

  test('what DDL lists stands one to a line', () => {
    const text = "create table t(a int not null, b as a+1, primary key(a) not enforced) with ('connector'='print')"
    expect(unparse(parseStatement(text))).toBe(
      [
        'CREATE TABLE t (',
        '  a INT NOT NULL,',
        '  b AS a + 1,',
        '  PRIMARY KEY (a) NOT ENFORCED',
        ') WITH (',
        "  'connector' = 'print'",
        ')',
      ].join('\n'),
    )
  })

  test.each([
    ['(a + b) * c', '(a + b) * c'],
    ['a + (b * c)', 'a + b * c'],
    ['a - (b - c)', 'a - (b - c)'],
    ['(a AND b) AND c', '(a AND b) AND c'],
    ['(a AND b) OR c', 'a AND b OR c'],
    ['NOT (a AND b)', 'NOT (a AND b)'],
    ['(NOT a) = b', '(NOT a) = b'],
    ['(a = b) IS NOT TRUE', 'a = b IS NOT TRUE'],
    ['- -1', '- -1'],
    ['-(-a)', '- -a'],
    ["E'it\\'s'", "'it''s'"],
    ['(a).b', '(a).b'],
    ['(f(x)).b[1]', 'f(x).b[1]'],
    ['x != 1', 'x <> 1'],
    ["FLOOR((a + INTERVAL '30' DAY) TO MONTH)", "FLOOR((a + INTERVAL '30' DAY) TO MONTH)"],
    ['CEIL((a) TO MONTH)', 'CEIL(a TO MONTH)'],
    ["U&'\\263A'", "'\u263A'"],
  ])('%s', (text, printed) => {
    expect(unparseExpression(parseExpression(text))).toBe(printed)
  })

  test.each([
    ['integer', 'INT'],
    ['numeric(10,2) not null', 'DECIMAL(10, 2) NOT NULL'],
    ['timestamp(3) with local time zone', 'TIMESTAMP_LTZ(3)'],
    ['timestamp(3) without time zone null', 'TIMESTAMP(3) NULL'],
    ['int not null array not null', 'ARRAY<INT NOT NULL> NOT NULL'],
    ["row(a int 'first', b map<string, bytes>)", "ROW<a INT 'first', b MAP<STRING, BYTES>>"],
    ["structured<'User', name string>", "STRUCTURED<'User', name STRING>"],
    ["raw('c', 's')", "RAW('c', 's')"],
    ['interval day(3) to second(6)', 'INTERVAL DAY(3) TO SECOND(6)'],
    ['character varying (3)', 'VARCHAR(3)'],
    ['double precision', 'DOUBLE'],
    ['row<>', 'ROW<>'],
    ['my_db.my_type', 'my_db.my_type'],
  ])('%s', (text, printed) => {
    expect(unparseType(parseType(text))).toBe(printed)
    expect(withoutSpans(parseType(printed))).toEqual(withoutSpans(parseType(text)))
  })
})

test('any expression reads back from its text', () => {
  fc.assert(
    fc.property(expressions, tree => {
      expect(withoutSpans(parseExpression(unparseExpression(tree)))).toEqual(withoutSpans(tree))
    }),
    { numRuns: 500 },
  )
})

test('trees as high as the parser makes them can be printed', () => {
  const text = Array.from({ length: 900 }, (_, i) => `a${i}`).join(' + ')
  expect(unparseExpression(parseExpression(text))).toBe(text)
})

const span = { start: 0, end: 0 }
const node = <T extends object>(tree: T): T & { span: typeof span } => ({ ...tree, span })
const names: fc.Arbitrary<Identifier> = fc
  .tuple(fc.constantFrom('a', 'b', 'Price', 'select', 'user', 'a b', 'x`y'), fc.boolean())
  .map(([name, quoted]) => ({ kind: 'identifier', name, quoted: quoted || !/^(?:a|b|Price)$/.test(name), span }))

const { expressions } = fc.letrec<{ expressions: Expression; leaf: Expression }>(tie => {
  const inner = tie('expressions')
  const pairs = fc.tuple(inner, inner)
  const triples = fc.tuple(inner, inner, inner)
  const lists = fc.array(inner, { minLength: 1, maxLength: 3 })
  const several = fc.array(inner, { minLength: 2, maxLength: 3 })
  const comparison = fc.constantFrom<ComparisonOperator>('=', '<>', '<', '<=', '>', '>=')
  return {
    leaf: fc.oneof(
      fc.array(names, { minLength: 1, maxLength: 3 }).map(parts => node({ kind: 'column', parts } as const)),
      fc.constantFrom('0', '1.50', '.5', '1e-9').map(text => node({ kind: 'number', text } as const)),
      fc.string({ maxLength: 4 }).map(value => node({ kind: 'string', value } as const)),
      fc.constantFrom(true, false, null).map(value => node({ kind: 'boolean', value } as const)),
      fc.constant(node({ kind: 'null' } as const)),
      fc.constant(node({ kind: 'datetime', type: 'DATE', text: '2020-01-31' } as const)),
      fc.boolean().map(negative =>
        node({
          kind: 'interval',
          negative,
          text: '1-2',
          qualifier: {
            kind: 'interval-qualifier',
            start: 'YEAR',
            startPrecision: 3,
            end: 'MONTH',
            fractionPrecision: undefined,
            span,
          },
        } as const),
      ),
    ),
    expressions: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      tie('leaf'),
      fc
        .tuple(fc.constantFrom('+', '-', 'NOT'), inner)
        .map(([operator, operand]) => node({ kind: 'unary', operator, operand } as const)),
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/', '%', '||', 'OVERLAPS', 'MEMBER OF', 'MULTISET UNION ALL'), inner, inner)
        .map(([operator, left, right]) => node({ kind: 'binary', operator, left, right, operatorSpan: span } as const)),
      fc
        .tuple(comparison, inner, inner)
        .map(([operator, left, right]) => node({ kind: 'binary', operator, left, right, operatorSpan: span } as const)),
      fc
        .tuple(fc.constantFrom('AND', 'OR'), several)
        .map(([operator, operands]) => node({ kind: 'logical', operator, operands } as const)),
      fc
        .tuple(inner, fc.constantFrom('NULL', 'TRUE', 'UNKNOWN', 'JSON OBJECT', 'A SET'), fc.boolean())
        .map(([operand, test, negated]) => node({ kind: 'is', operand, test, negated } as const)),
      fc
        .tuple(pairs, fc.boolean())
        .map(([[left, right], negated]) => node({ kind: 'is-distinct', left, right, negated } as const)),
      fc
        .tuple(triples, fc.boolean(), fc.boolean())
        .map(([[operand, low, high], symmetric, negated]) =>
          node({ kind: 'between', operand, low, high, symmetric, negated } as const),
        ),
      fc
        .tuple(inner, lists, fc.boolean())
        .map(([operand, list, negated]) => node({ kind: 'in-list', operand, list, negated } as const)),
      fc
        .tuple(fc.constantFrom('LIKE', 'SIMILAR TO'), triples, fc.boolean())
        .map(([operator, [operand, pattern, escape], negated]) =>
          node({ kind: 'like', operator, operand, pattern, escape, negated } as const),
        ),
      fc
        .tuple(comparison, fc.constantFrom('ANY', 'ALL'), inner, lists)
        .map(([operator, quantifier, left, list]) =>
          node({ kind: 'quantified', operator, quantifier, left, query: undefined, list } as const),
        ),
      several.map(items => node({ kind: 'row', items, explicit: false } as const)),
      lists.map(elements => node({ kind: 'collection', type: 'ARRAY', elements } as const)),
      pairs.map(([operand, index]) => node({ kind: 'item', operand, index } as const)),
      fc.tuple(inner, names).map(([operand, field]) => node({ kind: 'field', operand, field } as const)),
      fc.tuple(inner, inner, inner).map(([condition, result, otherwise]) =>
        node({
          kind: 'case',
          operand: undefined,
          whens: [node({ kind: 'when', conditions: [condition], result } as const)],
          otherwise,
        } as const),
      ),
      inner.map(operand =>
        node({
          kind: 'cast',
          safe: false,
          operand,
          type: { kind: 'basic-type', name: 'INT', parameters: [], nullable: undefined, span },
        } as const),
      ),
      pairs.map(([needle, haystack]) => node({ kind: 'position', needle, haystack, from: undefined } as const)),
      fc.tuple(names, lists, inner).map(([name, args, filter]) =>
        node({
          kind: 'call',
          name: node({ kind: 'name', parts: [name] } as const),
          quantifier: undefined,
          args,
          orderBy: [],
          nullTreatment: undefined,
          withinGroup: [],
          filter,
          over: undefined,
        } as const),
      ),
    ),
  }
})
