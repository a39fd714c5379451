/**
 * What random expressions are made of: templates by the family of their result. `$0` is an argument, `{a|b}` one of
 * the alternatives. `duck` is DuckDB's way to say exactly the same, `true` when it is the same text; templates without
 * one mean something else there (rounding, padding, overflow, Java's patterns) and are left out of that comparison.
 */
import type { Family } from './tables.ts'

export interface Template {
  readonly family: Family
  readonly args: readonly Family[]
  readonly sql: string
  readonly duck?: string | true
}

const families: readonly Family[] = ['bool', 'int', 'decimal', 'approx', 'text', 'date', 'time', 'timestamp', 'ltz']

const of = (
  family: Family,
  args: string,
  ...list: readonly (string | readonly [sql: string, duck: string | true])[]
): Template[] =>
  list.map(item => {
    const base = { family, args: args === '' ? [] : (args.split(' ') as Family[]) }
    return typeof item === 'string' ? { ...base, sql: item } : { ...base, sql: item[0], duck: item[1] }
  })

/** What every family has. */
const general = families.flatMap(family => [
  ...of(family, `bool ${family} ${family}`, ['CASE WHEN $0 THEN $1 ELSE $2 END', true], ['CASE WHEN $0 THEN $1 END', true]),
  ...of(family, `${family} ${family}`, ['COALESCE($0, $1)', true], 'IFNULL($0, $1)'),
  ...of(family, `${family} ${family}`, ['NULLIF($0, $1)', true]),
  ...of('bool', `${family}`, ['$0 IS NULL', true], ['$0 IS NOT NULL', true]),
  ...of('bool', `${family} ${family}`, ['$0 = $1', true], ['$0 <> $1', true], ['$0 IS DISTINCT FROM $1', true]),
  ...(family === 'bool'
    ? []
    : of(
        'bool',
        `${family} ${family}`,
        ['$0 < $1', true],
        ['$0 >= $1', true],
        ['$0 > $1', true],
        ['$0 <= $1', true],
        ['$0 IS NOT DISTINCT FROM $1', true],
      )),
  ...of('bool', `${family} ${family} ${family}`, ['$0 IN ($1, $2)', true], ['$0 NOT IN ($1, $2)', true]),
  ...(family === 'bool'
    ? []
    : of('bool', `${family} ${family} ${family}`, ['$0 BETWEEN $1 AND $2', true], ['$0 NOT BETWEEN $1 AND $2', true])),
  ...of('text', family, 'CAST($0 AS STRING)'),
])

export const templates: readonly Template[] = [
  ...general,

  ...of('bool', 'bool bool', ['($0 AND $1)', true], ['($0 OR $1)', true]),
  ...of('bool', 'bool', ['NOT $0', true], ['$0 IS TRUE', true], ['$0 IS NOT FALSE', true], ['$0 IS UNKNOWN', '$0 IS NULL']),
  ...of('bool', 'text', ["$0 LIKE '{a%|%b%|_b_|%}'", true], ["$0 NOT LIKE '{a%|%o}'", true], "$0 SIMILAR TO '{a|[A-Z]b}%'"),
  ...of('bool', 'int', ['$0 IN (0, 1, 12)', true], ['$0 BETWEEN 0 AND 10', true], ['$0 > 1', true], 'CAST($0 AS BOOLEAN)'),
  ...of('bool', 'int decimal', ['$0 < $1', true], ['$0 = $1', true]),
  ...of('bool', 'int approx', ['$0 < $1', true]),
  ...of('bool', 'decimal', ['$0 > 0', true], ['$0 <= 7.5', true]),
  ...of(
    'bool',
    'text',
    ["$0 = '{a|abc|12}'", true],
    ["$0 IN ('a', 'abc', 'foo bar')", true],
    'TRY_CAST($0 AS BOOLEAN)',
    'IS_ALPHA($0)',
    'IS_DIGIT($0)',
  ),
  ...of('bool', 'date', ["$0 >= DATE '2000-01-01'", true]),
  ...of('bool', 'timestamp', ["$0 < TIMESTAMP '2020-01-01 00:00:00'", true]),
  ...of('bool', 'text text', "REGEXP($0, '[a-c]+')", '$0 LIKE $1'),

  ...of(
    'int',
    'int int',
    '$0 + $1',
    '$0 - $1',
    '$0 * $1',
    '$0 / NULLIF($1, 0)',
    '$0 / $1',
    '$0 % NULLIF($1, 0)',
    'MOD($0, NULLIF($1, 0))',
    'GREATEST($0, $1)',
    'LEAST($0, $1)',
  ),
  ...of(
    'int',
    'int',
    '$0 + {1|10|-3}',
    '-$0',
    'ABS($0)',
    'SIGN($0)',
    'CAST($0 AS {TINYINT|SMALLINT|INT|BIGINT})',
    'TRY_CAST($0 AS {TINYINT|SMALLINT|INT|BIGINT})',
    'FLOOR($0)',
    'ROUND($0, -1)',
  ),
  ...of(
    'int',
    'text',
    ['CHAR_LENGTH($0)', 'LENGTH($0)'],
    'TRY_CAST($0 AS INT)',
    'TRY_CAST($0 AS BIGINT)',
    'CAST($0 AS INT)',
    ["POSITION('{a|b}' IN $0)", true],
    "LOCATE('{a|o}', $0)",
    'ASCII($0)',
    "INSTR($0, 'b')",
  ),
  ...of('int', 'decimal', 'CAST($0 AS {INT|BIGINT|SMALLINT})', 'SIGN(CAST($0 AS INT))'),
  ...of('int', 'approx', 'CAST($0 AS {INT|BIGINT|TINYINT})'),
  ...of('int', 'bool', 'CAST($0 AS INT)', ['CASE WHEN $0 THEN 1 ELSE 0 END', true]),
  ...of(
    'int',
    'date',
    ['EXTRACT({YEAR|MONTH|DAY|QUARTER} FROM $0)', true],
    'EXTRACT({WEEK|DOY|DOW|CENTURY|DECADE} FROM $0)',
    'YEAR($0)',
    'DAYOFWEEK($0)',
    'DAYOFYEAR($0)',
    'WEEK($0)',
  ),
  ...of(
    'int',
    'timestamp',
    ['EXTRACT({YEAR|MONTH|DAY|HOUR|MINUTE} FROM $0)', true],
    'EXTRACT({SECOND|DOY} FROM $0)',
    'HOUR($0)',
    'MINUTE($0)',
    'SECOND($0)',
    'QUARTER($0)',
  ),
  ...of('int', 'time', ['EXTRACT({HOUR|MINUTE} FROM $0)', true], 'SECOND($0)'),
  ...of('int', 'ltz', 'EXTRACT({YEAR|HOUR|MINUTE} FROM $0)', 'DAYOFMONTH($0)'),
  ...of('int', 'timestamp timestamp', 'TIMESTAMPDIFF({SECOND|MINUTE|HOUR|DAY|MONTH|YEAR}, $0, $1)'),
  ...of('int', 'date date', 'TIMESTAMPDIFF({DAY|MONTH|WEEK}, $0, $1)'),

  ...of(
    'decimal',
    'decimal decimal',
    ['$0 + $1', true],
    ['$0 - $1', true],
    '$0 * $1',
    '$0 / NULLIF($1, 0)',
    '$0 % NULLIF($1, 0)',
    'GREATEST($0, $1)',
  ),
  ...of('decimal', 'decimal int', '$0 + $1', '$0 * $1', '$0 - $1'),
  ...of(
    'decimal',
    'decimal',
    '-$0',
    'ABS($0)',
    'FLOOR($0)',
    'CEIL($0)',
    'ROUND($0, {0|1|2})',
    'TRUNCATE($0, 1)',
    'CAST($0 AS DECIMAL({10, 2|38, 18|4, 1|20, 0}))',
    'SIGN($0)',
  ),
  ...of('decimal', 'int', 'CAST($0 AS DECIMAL({10, 2|20, 5|3, 1}))', ['CAST($0 AS DECIMAL(20, 0))', true]),
  ...of('decimal', 'approx', 'CAST($0 AS DECIMAL({10, 2|18, 6}))'),
  ...of('decimal', 'text', 'TRY_CAST($0 AS DECIMAL({5, 1|12, 4}))'),

  ...of('approx', 'approx approx', '$0 + $1', '$0 - $1', '$0 * $1', '$0 / NULLIF($1, 0)', 'LEAST($0, $1)'),
  ...of('approx', 'approx int', '$0 + $1', '$0 * $1'),
  ...of('approx', 'approx decimal', '$0 + $1', '$0 - $1'),
  ...of(
    'approx',
    'approx',
    '-$0',
    ['ABS($0)', true],
    'FLOOR($0)',
    'CEIL($0)',
    'ROUND($0, 1)',
    'SQRT(ABS($0))',
    'EXP($0 / 1000)',
    'LN(ABS($0) + 1)',
    'LOG10(ABS($0) + 2)',
    'SIN($0)',
    'ATAN($0)',
    'SIGN($0)',
    'CAST($0 AS {FLOAT|DOUBLE})',
    'POWER($0, 2)',
  ),
  ...of('approx', 'int', ['CAST($0 AS DOUBLE)', true], 'CAST($0 AS FLOAT)', 'SQRT(ABS($0))', 'LOG2(ABS($0) + 1)'),
  ...of('approx', 'decimal', 'CAST($0 AS DOUBLE)', 'CAST($0 AS FLOAT)', 'SQRT(ABS($0))'),
  ...of('approx', 'text', 'TRY_CAST($0 AS DOUBLE)'),

  ...of('text', 'text text', ['$0 || $1', true], 'CONCAT($0, $1)', "CONCAT_WS('-', $0, $1)", "REPLACE($0, 'a', $1)"),
  ...of(
    'text',
    'text',
    ['UPPER($0)', true],
    ['LOWER($0)', true],
    ['TRIM($0)', true],
    "TRIM({LEADING|TRAILING|BOTH} {' '|'a'} FROM $0)",
    'LTRIM($0)',
    'RTRIM($0)',
    'SUBSTRING($0, {1|2|3|-2|0})',
    'SUBSTRING($0 FROM {1|2} FOR {0|1|2})',
    'LEFT($0, {1|2|0})',
    'RIGHT($0, {1|2})',
    "REPLACE($0, 'a', 'bb')",
    ['REVERSE($0)', true],
    'REPEAT($0, 2)',
    "LPAD($0, {4|2}, '*')",
    "RPAD($0, {5|1}, 'ab')",
    'INITCAP($0)',
    "SPLIT_INDEX($0, ' ', {0|1})",
    "REGEXP_REPLACE($0, '[a-c]+', 'X')",
    "REGEXP_EXTRACT($0, '([a-z])(.*)', {1|2})",
    "OVERLAY($0 PLACING 'ZZ' FROM 2 FOR 1)",
    'MD5($0)',
    'TO_BASE64($0)',
    'CAST($0 AS VARCHAR({2|5}))',
    'CAST($0 AS CHAR({2|4}))',
    "TRANSLATE($0, 'ab', 'x')",
  ),
  ...of('text', 'int', 'CAST($0 AS VARCHAR(4))', 'BIN($0)', 'HEX($0)'),
  ...of('text', 'timestamp', "DATE_FORMAT($0, '{yyyy-MM-dd HH:mm|yyyyMMdd|HH:mm:ss.SSS|E d MMM}')"),
  ...of('text', 'ltz', "DATE_FORMAT($0, 'yyyy-MM-dd HH:mm:ss')"),
  ...of('text', 'bool', "CASE WHEN $0 THEN 'yes' ELSE 'no' END"),

  ...of('date', 'timestamp', ['CAST($0 AS DATE)', true]),
  ...of('date', 'ltz', 'CAST($0 AS DATE)'),
  ...of('date', 'text', 'TRY_CAST($0 AS DATE)', 'TO_DATE($0)'),
  ...of(
    'date',
    'date',
    "$0 + INTERVAL '{1|30}' DAY",
    "$0 - INTERVAL '1' MONTH",
    'FLOOR($0 TO {MONTH|YEAR|WEEK})',
    'CEIL($0 TO {MONTH|YEAR})',
  ),
  ...of('date', 'date int', 'TIMESTAMPADD({DAY|MONTH}, MOD($1, 100), $0)'),

  ...of('time', 'timestamp', 'CAST($0 AS TIME)'),
  ...of('time', 'time', "$0 + INTERVAL '{1|90}' MINUTE"),
  ...of('time', 'text', 'TRY_CAST($0 AS TIME)'),

  ...of(
    'timestamp',
    'timestamp',
    "$0 + INTERVAL '{1|36}' HOUR",
    "$0 - INTERVAL '1' DAY",
    "$0 + INTERVAL '1' MONTH",
    'FLOOR($0 TO {SECOND|MINUTE|HOUR|DAY|MONTH|YEAR})',
    'CEIL($0 TO {MINUTE|HOUR|DAY|MONTH})',
    'CAST($0 AS TIMESTAMP({0|3|6|9}))',
  ),
  ...of('timestamp', 'timestamp int', 'TIMESTAMPADD({SECOND|MINUTE|HOUR|DAY|MONTH}, MOD($1, 1000), $0)'),
  ...of('timestamp', 'date', ['CAST($0 AS TIMESTAMP(3))', 'CAST($0 AS TIMESTAMP)']),
  ...of('timestamp', 'ltz', 'CAST($0 AS TIMESTAMP(3))'),
  ...of('timestamp', 'text', 'TRY_CAST($0 AS TIMESTAMP(3))', 'TO_TIMESTAMP($0)'),

  ...of('ltz', 'timestamp', 'CAST($0 AS TIMESTAMP_LTZ(3))'),
  ...of('ltz', 'ltz', "$0 + INTERVAL '{1|25}' HOUR", 'FLOOR($0 TO {HOUR|DAY})', 'CAST($0 AS TIMESTAMP_LTZ({0|6}))'),
  ...of('ltz', 'int', 'TO_TIMESTAMP_LTZ(MOD($0, 100000000), {0|3})'),
]

/** Aggregates by the family of their result. */
export const aggregates: readonly Template[] = [
  ...of('int', '', ['COUNT(*)', true]),
  ...families.flatMap(family => of('int', family, ['COUNT($0)', true], ['COUNT(DISTINCT $0)', true])),
  ...families.filter(f => f !== 'bool').flatMap(family => of(family, family, ['MIN($0)', true], ['MAX($0)', true])),
  ...of('int', 'int', 'SUM($0)', 'AVG($0)', 'SUM(DISTINCT $0)', 'SUM($0)'),
  ...of('decimal', 'decimal', ['SUM($0)', true], 'AVG($0)'),
  ...of('decimal', 'int', ['SUM(CAST($0 AS DECIMAL(20, 0)))', true]),
  ...of('approx', 'approx', ['SUM($0)', true], ['AVG($0)', true]),
]
