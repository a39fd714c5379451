import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../../codegen/compile.ts'
import { type Js, Names, js, raw } from '../../codegen/js.ts'
import { parseType, parseValue, printType, printValue } from '../../data/notation.ts'
import { type DataType, types, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { arbitraryValue } from '../../testing/arbitrary.ts'
import { implementCast } from '../cast.ts'
import type { ArgShape, CallSite, SessionFacts } from '../function.ts'
import { findFunction } from './index.ts'

const session = (facts: Partial<SessionFacts> = {}): SessionFacts => ({
  zone: 'UTC',
  legacyCast: false,
  nowMs: () => 1577934245678,
  rowNowMs: () => 1577934245999,
  random: () => 0,
  database: 'd',
  ...facts,
})

/** `INT 5` or `'DAY'`, a literal when it has no type in front, or stands in brackets: `[INT 5]`. */
function argument(text: string): ArgShape & { readonly value: Value } {
  const quoted = /^'(.*)'$/s.exec(text)
  if (quoted !== null) return { type: types.char(quoted[1]!.length || 1, false), literal: quoted[1]!, value: quoted[1]! }
  const known = text.startsWith('[')
  const [, type, value] = /^\[?([A-Z_]+(?:\([\d, ]+\))?(?: (?:MONTH|DAY|SECOND|HOUR|YEAR)(?= ))?) (.*?)\]?$/s.exec(text)!
  const parsed = parseValue(parseType(type!), value!)
  const shape = { type: withNullable(parseType(type!), parsed === null), value: parsed }
  return known ? { ...shape, literal: parsed } : shape
}

/** The value and the type of a call, in notation. */
function call(name: string, args: readonly string[], facts: Partial<SessionFacts> = {}): string {
  const fn = findFunction(name)!
  const shapes = args.map(argument)
  const resolution = fn.resolve(shapes, session(facts))
  if (resolution === undefined) return 'cannot apply'
  const values = shapes.map((shape, i) =>
    implementCast(shape.type, resolution.args[i]!, { safe: false, session: session(facts) })(shape.value),
  )
  const site: CallSite = {
    args: resolution.args.map((type, i) => ({ ...shapes[i]!, type })),
    returns: resolution.returns,
    session: session(facts),
  }
  const isNull = fn.nulls === 'propagate' && values.includes(null)
  return `${printValue(withNullable(resolution.returns, true), isNull ? null : fn.implement(site)(...values))} ${printType(resolution.returns)}`
}

const early = "TIMESTAMP(9) '1960-01-01 12:34:56.123456789'"

// What Flink 2.3 answers.
test.each([
  ['EXTRACT', ["'HOUR'", early], '-11 BIGINT NOT NULL'],
  ['EXTRACT', ["'DAY'", early], '2 BIGINT NOT NULL'],
  ['EXTRACT', ["'MICROSECOND'", early], '-876544 BIGINT NOT NULL'],
  ['EXTRACT', ["'NANOSECOND'", early], '-876543211 BIGINT NOT NULL'],
  ['EXTRACT', ["'EPOCH'", early], '-315573903 BIGINT NOT NULL'],
  ['EXTRACT', ["'SECOND'", 'DATE 2020-02-29'], '18 BIGINT NOT NULL'],
  ['EXTRACT', ["'CENTURY'", 'DATE 2000-12-31'], '20 BIGINT NOT NULL'],
  ['EXTRACT', ["'CENTURY'", 'DATE 2001-01-01'], '21 BIGINT NOT NULL'],
  ['EXTRACT', ["'HOUR'", "INTERVAL HOUR '-1 01:00:00'"], '-1 BIGINT NOT NULL'],
  ['EXTRACT', ["'YEAR'", 'INTERVAL MONTH -2-01'], '-2 BIGINT NOT NULL'],
  ['WEEK', ['DATE 1996-11-10'], '45 BIGINT NOT NULL'],
  ['DAYOFWEEK', ['DATE 2020-01-01'], '4 BIGINT NOT NULL'],
  ['YEAR', ['DATE NULL'], 'NULL BIGINT'],
  ['YEAR', ["'2020'"], 'cannot apply'],
  ['FLOOR', ['DATE 2021-02-27', "'WEEK'"], '2021-02-21 DATE NOT NULL'],
  ['CEIL', ['DATE 2021-03-01', "'WEEK'"], '2021-03-07 DATE NOT NULL'],
  ['CEIL', ['DATE 2021-02-27', "'DAY'"], '2021-02-28 DATE NOT NULL'],
  ['CEIL', ["TIMESTAMP(0) '2018-03-01 21:00:01'", "'MONTH'"], "'2018-03-01 00:00:00' TIMESTAMP(0) NOT NULL"],
  ['CEIL', ['DATE 2021-04-01', "'QUARTER'"], '2021-07-01 DATE NOT NULL'],
  ['CEIL', ['DATE 2001-01-01', "'CENTURY'"], '2101-01-01 DATE NOT NULL'],
  ['FLOOR', ['DATE 2000-05-05', "'CENTURY'"], '1901-01-01 DATE NOT NULL'],
  ['CEIL', ['DATE 2000-01-01', "'DECADE'"], '2010-01-01 DATE NOT NULL'],
  [
    'CEIL',
    ["TIMESTAMP(9) '1960-01-01 00:00:00.000000001'", "'MILLISECOND'"],
    "'1960-01-01 00:00:00.001000000' TIMESTAMP(9) NOT NULL",
  ],
  ['CEIL', ["TIMESTAMP(9) '1960-01-01 00:00:00.000000001'", "'HOUR'"], "'1960-01-01 00:00:00.000000000' TIMESTAMP(9) NOT NULL"],
  ['CEIL', ['TIME 11:22:33', "'HOUR'"], '12:00:00 TIME(0) NOT NULL'],
  ['TIMESTAMPADD', ["'HOUR'", 'INT 1', 'DATE 2020-01-01'], "'2020-01-01 01:00:00.000000' TIMESTAMP(6) NOT NULL"],
  ['TIMESTAMPADD', ["'MONTH'", 'INT -1', 'DATE 2016-03-31'], '2016-02-29 DATE NOT NULL'],
  [
    'TIMESTAMPADD',
    ["'MILLISECOND'", 'INT 1', "TIMESTAMP(0) '2020-01-01 00:00:00'"],
    "'2020-01-01 00:00:00.001' TIMESTAMP(3) NOT NULL",
  ],
  ['TIMESTAMPADD', ["'MINUTE'", 'INT -1', 'TIME 00:00:59'], '23:59:59 TIME(0) NOT NULL'],
  ['TIMESTAMPADD', ["'SQL_TSI_QUARTER'", 'TINYINT 1', 'DATE 2021-10-30'], '2022-01-30 DATE NOT NULL'],
  ['TIMESTAMPADD', ["'DAY'", 'INT NULL', 'DATE 2021-10-30'], 'NULL DATE'],
  ['TIMESTAMPDIFF', ["'MONTH'", 'DATE 2020-01-31', 'DATE 2020-02-29'], '1 INT NOT NULL'],
  ['TIMESTAMPDIFF', ["'MONTH'", "TIMESTAMP(0) '2020-03-31 12:00:00'", "TIMESTAMP(0) '2020-02-29 00:00:00'"], '-2 INT NOT NULL'],
  ['TIMESTAMPDIFF', ["'SECOND'", 'DATE 2000-01-01', 'DATE 2100-01-01'], '-1139207296 INT NOT NULL'],
  ['TIMESTAMPDIFF', ["'DAY'", "TIMESTAMP(0) '2016-06-15 11:00:00'", 'DATE 2016-06-19'], '3 INT NOT NULL'],
  [
    'TIMESTAMPDIFF',
    ["'NANOSECOND'", early, "TIMESTAMP(9) '2020-02-29 12:34:56.987654321'"],
    '1898553600000000000 BIGINT NOT NULL',
  ],
  ['TIMESTAMPDIFF', ["'MICROSECOND'", early, "TIMESTAMP(9) '2020-02-29 12:34:56.987654321'"], '1961508864 INT NOT NULL'],
  ['OVERLAPS', ['DATE 2020-01-01', 'DATE 2020-01-05', 'DATE 2020-01-05', 'DATE 2020-01-07'], 'TRUE BOOLEAN NOT NULL'],
  ['OVERLAPS', ['DATE 2020-01-05', 'DATE NULL', 'DATE 2020-01-06', 'DATE 2020-01-06'], 'FALSE BOOLEAN'],
  ['OVERLAPS', ['DATE 2020-01-07', 'DATE NULL', 'DATE 2020-01-06', 'DATE 2020-01-08'], 'NULL BOOLEAN'],
  [
    'OVERLAPS',
    ['DATE 2011-03-10', "INTERVAL DAY '+10 00:00:00'", 'DATE 2011-03-19', "INTERVAL DAY '+10 00:00:00'"],
    'TRUE BOOLEAN NOT NULL',
  ],
  ['DATE_FORMAT', ["TIMESTAMP(3) '2018-03-04 13:02:03.5'", "'yyyy/MM/dd HH:mm:ss.SSS'"], "'2018/03/04 13:02:03.500' STRING"],
  ['DATE_FORMAT', ["'2018-3-4 1:2:3'", "'yyyy/MM/dd HH:mm:ss.SSS'"], "'2018/03/04 01:02:03.000' STRING"],
  ['DATE_FORMAT', ["'2018-03-14'", "'yyyy'"], 'NULL STRING'],
  ['DATE_FORMAT', ['DATE 2020-01-01', "'yyyy'"], 'cannot apply'],
  ['TO_TIMESTAMP', ["'2018-02-31'"], "'2018-02-28 00:00:00.000' TIMESTAMP(3)"],
  ['TO_TIMESTAMP', ["'2018-02-31 01:00:00'", "'yyyy-MM-dd'"], "'2018-03-03 01:00:00.000' TIMESTAMP(3)"],
  ['TO_TIMESTAMP', ["'2018'", "'foo'"], 'NULL TIMESTAMP(3)'],
  ['TO_TIMESTAMP', ["'2017-09-15 00:00:00.12345'", "'yyyy-MM-dd HH:mm:ss.SSS'"], "'2017-09-15 00:00:00.123' TIMESTAMP(3)"],
  ['TO_TIMESTAMP', ["'99999-01-01 00:00:00'", "'yyyy-MM-dd HH:mm:ss'"], 'NULL TIMESTAMP(3)'],
  ['TO_DATE', ["'2018-02-31'"], 'NULL DATE'],
  ['TO_DATE', ["'2018-02-31'", "'yyyy-MM-dd'"], '2018-03-03 DATE'],
  ['UNIX_TIMESTAMP', ["'x'"], '-9223372036854775808 BIGINT NOT NULL'],
  ['UNIX_TIMESTAMP', ["'2018-03-14 25:00:00'"], '1521075600 BIGINT NOT NULL'],
  ['FROM_UNIXTIME', ['BIGINT 253402300800'], "'10000-01-01 00:00:00' STRING"],
  ['FROM_UNIXTIME', ['INT 3', "'yy-MM-dd HH-mm-ss'"], "'70-01-01 00-00-03' STRING"],
  ['CONVERT_TZ', ["'1970-01-01 00:00:00'", "'UTC'", "'GMT+05:30'"], "'1970-01-01 05:30:00' STRING"],
  ['CONVERT_TZ', ["'1970-01-01 00:00:00'", "'UTC'", "'UTC+5'"], "'1970-01-01 00:00:00' STRING"],
  ['CONVERT_TZ', ["'x'", "'UTC'", "'UTC'"], 'NULL STRING'],
  ['TO_TIMESTAMP_LTZ', ['DOUBLE 1.5', '[INT 0]'], "'1970-01-01 00:00:01.500Z' TIMESTAMP_LTZ(3)"],
  ['TO_TIMESTAMP_LTZ', ['DECIMAL(2, 1) 1.5', '[INT 0]'], "'1970-01-01 00:00:01.000Z' TIMESTAMP_LTZ(3)"],
  ['TO_TIMESTAMP_LTZ', ['DOUBLE 15.5', '[INT 1]'], "'1970-01-01 00:00:01.550Z' TIMESTAMP_LTZ(3)"],
  ['TO_TIMESTAMP_LTZ', ['INT 5', '[INT 7]'], "'1970-01-01 00:00:00.0000005Z' TIMESTAMP_LTZ(7)"],
  ['TO_TIMESTAMP_LTZ', ['DOUBLE -1.9999'], "'1969-12-31 23:59:59.999Z' TIMESTAMP_LTZ(3)"],
  ['TO_TIMESTAMP_LTZ', ['BIGINT 253402300800000', '[INT 3]'], 'NULL TIMESTAMP_LTZ(3)'],
  ['TO_TIMESTAMP_LTZ', ['INT -100', '[INT 0]'], "'1969-12-31 23:58:20.000Z' TIMESTAMP_LTZ(3)"],
  ['TO_TIMESTAMP_LTZ', ['DOUBLE NaN'], "'1970-01-01 00:00:00.000Z' TIMESTAMP_LTZ(3)"],
  [
    'TO_TIMESTAMP_LTZ',
    ["'01/01/2023 08:00:00'", "'dd/MM/yyyy HH:mm:ss'", "'America/Los_Angeles'"],
    "'2023-01-01 16:00:00.000Z' TIMESTAMP_LTZ(3)",
  ],
  [
    'TO_TIMESTAMP_LTZ',
    ["'2018-01-01 00:00:00.123456'", "'yyyy-MM-dd HH:mm:ss.SSSSSS'"],
    "'2018-01-01 00:00:00.123456Z' TIMESTAMP_LTZ(6)",
  ],
])('%s(%s) is %s', (name, args, result) => expect(call(name, args)).toBe(result))

test('TIMESTAMP_LTZ is taken apart, rounded and written on the clock of the session', () => {
  const zone = { zone: 'Asia/Shanghai' }
  const at = "TIMESTAMP_LTZ(3) '2020-01-01 20:30:00Z'"
  expect(call('EXTRACT', ["'DAY'", at], zone)).toBe('2 BIGINT NOT NULL')
  expect(call('FLOOR', [at, "'DAY'"], zone)).toBe("'2020-01-01 16:00:00.000Z' TIMESTAMP_LTZ(3) NOT NULL")
  expect(call('DATE_FORMAT', [at, "'yyyy-MM-dd HH:mm'"], zone)).toBe("'2020-01-02 04:30' STRING")
  expect(call('UNIX_TIMESTAMP', ["'1970-01-01 08:00:00'"], zone)).toBe('0 BIGINT NOT NULL')
})

test.each([
  ['CURRENT_DATE', '2020-01-02 DATE NOT NULL'],
  ['LOCALTIME', '11:04:05 TIME(0) NOT NULL'],
  ['LOCALTIMESTAMP', "'2020-01-02 11:04:05.678' TIMESTAMP(3) NOT NULL"],
  ['NOW', "'2020-01-02 03:04:05.678Z' TIMESTAMP_LTZ(3) NOT NULL"],
  ['CURRENT_ROW_TIMESTAMP', "'2020-01-02 03:04:05.999Z' TIMESTAMP_LTZ(3) NOT NULL"],
  ['UNIX_TIMESTAMP', '1577934245 BIGINT NOT NULL'],
])('%s is %s', (name, result) => expect(call(name, [], { zone: 'Asia/Shanghai' })).toBe(result))

test.each([
  ['EXTRACT', ["'YEAR'", 'TIME 10:00:00'], 'unit YEAR can not be applied to time variable'],
  ['EXTRACT', ["'FOO'", 'DATE 2020-01-01'], "'FOO' is not a valid time frame"],
  ['EXTRACT', ["'EPOCH'", "INTERVAL DAY '+1 00:00:00'"], 'not supported yet'],
  [
    'TIMESTAMPDIFF',
    ["'DAY'", 'DATE 2020-01-01', "TIMESTAMP_LTZ(3) '2020-01-01 00:00:00Z'"],
    'TIMESTAMP_LTZ only supports diff between the same type.',
  ],
  ['TO_TIMESTAMP_LTZ', ['INT 5', '[INT 10]'], 'must be between 0 and 9 but was 10'],
  ['TO_TIMESTAMP_LTZ', ["'x'", "'yyyy'", "'Mars'"], 'Invalid timezone for parsing TIMESTAMP_LTZ'],
  ['TO_TIMESTAMP_LTZ', ["'x'"], "'x' is no timestamp"],
  ['DATE_FORMAT', ["TIMESTAMP(3) '2018-03-04 13:02:03'", "'foo'"], 'Unknown pattern letter: f'],
  ['TIMESTAMPADD', ["'MICROSECOND'", 'INT 1', 'DATE 2020-01-01'], 'not supported yet'],
  ['FLOOR', ["TIMESTAMP(3) '2018-03-04 13:02:03'", "'MICROSECOND'"], 'Division by zero'],
  ['SOURCE_WATERMARK', [], 'not supported yet'],
])('%s(%s) is refused: %s', (name, args, message) => expect(() => call(name, args)).toThrow(message))

const word = (text: string): ArgShape => ({ type: types.char(text.length, false), literal: text })

describe('spliced code means what the function means', () => {
  const units = [
    'YEAR',
    'QUARTER',
    'MONTH',
    'WEEK',
    'DAY',
    'DOY',
    'DOW',
    'ISODOW',
    'ISOYEAR',
    'DECADE',
    'CENTURY',
    'MILLENNIUM',
    'HOUR',
    'MINUTE',
    'SECOND',
    'MILLISECOND',
    'EPOCH',
  ]
  const times = [types.timestamp(3, false), types.timestampLtz(3, false), types.timestamp(0, false)]
  const calls: readonly (readonly [string, readonly ArgShape[]])[] = [
    ...times.flatMap(type => units.map(unit => ['EXTRACT', [word(unit), { type }]] as const)),
    ...units.slice(0, 12).map(unit => ['EXTRACT', [word(unit), { type: types.date(false) }]] as const),
    ...['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'].map(
      unit => ['EXTRACT', [word(unit), { type: types.time(3, false) }]] as const,
    ),
    ...['DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'].flatMap(unit => [
      ['FLOOR', [{ type: times[0]! }, word(unit)]] as const,
      ['CEIL', [{ type: times[1]! }, word(unit)]] as const,
    ]),
    ['TIMESTAMPADD', [word('HOUR'), { type: types.bigint(false) }, { type: times[0]! }]],
    ['DATE_FORMAT', [{ type: times[0]! }, word('yyyy-MM-dd HH:mm')]],
    ['DATE_FORMAT', [{ type: times[1]! }, word('HH:mm:ss.SSS')]],
    ['TO_TIMESTAMP_LTZ', [{ type: types.bigint(false) }, { type: types.int(false), literal: 3 }]],
    ['TO_TIMESTAMP_LTZ', [{ type: types.bigint(false) }, { type: types.int(false), literal: 0 }]],
  ]
  test.each(
    calls.map(
      ([name, shapes]) => [`${name}(${shapes.map(s => s.literal ?? printType(s.type)).join(', ')})`, name, shapes] as const,
    ),
  )('%s', (_, name, shapes) => {
    const fn = findFunction(name)!
    const resolution = fn.resolve(shapes, session())!
    const site: CallSite = { args: shapes, returns: resolution.returns, session: session() }
    const spliced = inlined(name, site)
    const run = fn.implement(site)
    const values = fc.tuple(
      ...shapes.map(shape => (shape.literal === undefined ? arbitraryOf(shape.type) : fc.constant(shape.literal))),
    )
    fc.assert(fc.property(values, args => void expect(spliced(...args)).toEqual(run(...args))))
  })
})

const arbitraryOf = (type: DataType): fc.Arbitrary<Value> =>
  type.kind === 'BIGINT' ? fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }) : arbitraryValue(type)

function inlined(name: string, site: CallSite): (...args: readonly Value[]) => Value {
  const scope: Record<string, unknown> = {}
  const names = new Names()
  const helper = (wish: string, value: unknown): Js => {
    const fresh = names.fresh(wish)
    scope[String(fresh)] = value
    return fresh
  }
  const params = site.args.map((_, i) => raw(`arg${i}`))
  const args = site.args.map((arg, i) => ({ type: arg.type, value: params[i]!, view: undefined, literal: arg.literal }))
  const code = findFunction(name)!.inline!(site, args, helper)!
  return compile<(...args: readonly Value[]) => Value>(
    'test/inline.js',
    js`function (${raw(params.join(', '))}) { return ${code} }`,
    scope,
  ).run
}
