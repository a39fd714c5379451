/** Tables of the documentation that are made from declarations: options, functions, codes of errors. */
import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Option, OptionSet } from '#src/catalog/option.ts'
import { type Flag, connectionFlags, kafkaCommands } from '#src/cli/kafka/arguments.ts'
import { logCommands } from '#src/cli/log/arguments.ts'
import { connectors } from '#src/connectors/index.ts'
import { sessionOptions } from '#src/engine/config.ts'
import { aggregateFunctions } from '#src/expr/aggregates.ts'
import { arithmeticFunctions } from '#src/expr/functions/arithmetic.ts'
import { collectionFunctions } from '#src/expr/functions/collection.ts'
import { comparisonFunctions } from '#src/expr/functions/comparison.ts'
import { conditionalFunctions } from '#src/expr/functions/conditional.ts'
import { hashFunctions } from '#src/expr/functions/hash.ts'
import { scalarFunctions } from '#src/expr/functions/index.ts'
import { jsonFunctions } from '#src/expr/functions/json.ts'
import { logicalFunctions } from '#src/expr/functions/logical.ts'
import { mathFunctions } from '#src/expr/functions/math.ts'
import { regexpFunctions } from '#src/expr/functions/regexp.ts'
import { stringFunctions } from '#src/expr/functions/string.ts'
import { temporalFunctions } from '#src/expr/functions/temporal.ts'
import { bulkFormats, formats } from '#src/formats/index.ts'
import { brokerConfigs } from '#src/kafka/broker/config/broker-config.ts'
import { clientMetricsConfigs } from '#src/kafka/broker/config/client-metrics-config.ts'
import type { ConfigDefinition } from '#src/kafka/broker/config/definition.ts'
import { groupConfigs } from '#src/kafka/broker/config/group-config.ts'
import { topicConfigs } from '#src/kafka/broker/config/topic-config.ts'
import { type Setting, clientSettings } from '#src/kafka/client/settings.ts'
import { code, holdPart, readPage, table } from './page.ts'

// ── options ─────────────────────────────────────────────────────────────────────────────────────────

test('the configuration page lists the session options', () => {
  // Names in underscores are Flink's internal ones.
  const all = Object.entries(sessionOptions).filter(([name]) => !name.startsWith('__'))
  const rows = all
    .filter(([, option]) => option.inert !== true)
    .map(([name, option]) => [
      code(name),
      typeof option.type === 'string' ? option.type : option.type.map(code).join(', '),
      option.default === undefined ? '–' : code(option.default),
      option.description,
    ])
  holdPart('docs/configuration.md', 'session-options', table(['option', 'type', 'default', 'meaning'], rows))
  const inert = all.filter(([, option]) => option.inert === true).map(([name]) => code(name))
  holdPart('docs/configuration.md', 'inert-options', inert.join(',\n'))
})

const optionRow = (option: Option, required: boolean, prefix = ''): string[] => [
  code(prefix + option.name),
  option.type === 'enum' ? option.values!.map(code).join(', ') : option.type,
  required ? 'required' : option.default === undefined || option.default === '' ? '–' : code(option.default),
  option.description,
]

function optionTable({ required, optional, patterns = [] }: OptionSet, prefix = ''): string {
  const rows = [
    ...required.map(option => optionRow(option, true, prefix)),
    ...[...optional, ...patterns].map(option => optionRow(option, false, prefix)),
  ]
  return rows.length === 0 ? 'No options.' : table(['option', 'type', 'default', 'meaning'], rows)
}

test.each([...connectors.values()].map(connector => [connector.name, connector] as const))(
  'the connectors page lists the options of %s',
  (name, { options }) => holdPart('docs/connectors.md', `${name}-options`, optionTable(options)),
)

test('the connectors page lists the client properties of kafka', () => {
  const rows = Object.entries(clientSettings as Readonly<Record<string, Setting>>).map(
    ([name, { type, default: fallback, help }]) => [
      code(name),
      typeof type === 'string' ? type : type.map(code).join(', '),
      fallback === undefined || fallback === '' ? '–' : code(fallback),
      help,
    ],
  )
  holdPart('docs/connectors.md', 'client-properties', table(['property', 'type', 'default', 'meaning'], rows))
})

test.each([...formats.values(), ...bulkFormats.values()].map(format => [format.name, format] as const))(
  'the formats page lists the options of %s',
  (name, { options }) => holdPart('docs/formats.md', `${name}-options`, optionTable(options, `${name}.`)),
)

// ── commands ────────────────────────────────────────────────────────────────────────────────────────

test('the command line page lists the commands of topics and groups', () => {
  const flagsOf = (flags: readonly Flag[]): string =>
    flags
      .map(({ name, short, value, help }) => {
        const names = [...(short === undefined ? [] : [`-${short}`]), `--${name}`].join(', ')
        return `${code(value === undefined ? names : `${names} ${value}`)} ${help}`
      })
      .join('<br>')
  const rows = kafkaCommands.map(({ name, takes, help, flags }) => [code(`${name} ${takes}`.trim()), help, flagsOf(flags)])
  const all = ['all', '', flagsOf(connectionFlags)]
  holdPart('docs/cli.md', 'kafka-commands', table(['command', 'does', 'options'], [...rows, all]))
  const ofLog = logCommands.map(({ name, takes, help, flags }) => [code(`${name} ${takes}`), help, flagsOf(flags)])
  holdPart('docs/broker-storage.md', 'log-commands', table(['command', 'does', 'options'], ofLog))
})

// ── values ──────────────────────────────────────────────────────────────────────────────────────────

test('the library page says which JavaScript value a type is', () => {
  const [comment] = /\/\*\*[\s\S]*?\*\//.exec(readFileSync('src/engine/js-value.ts', 'utf8'))!
  // Two columns of pairs stand side by side.
  const lines = comment.split('\n').filter(text => text.startsWith(' *     '))
  const cells = lines.map(text => text.slice(2).trim().split(/ {2,}/))
  const rows = [...cells.map(pair => pair.slice(0, 2)), ...cells.map(pair => pair.slice(2))].filter(pair => pair.length === 2)
  expect(rows.length).toBeGreaterThan(10)
  holdPart(
    'docs/library.md',
    'values',
    table(
      ['SQL', 'JavaScript'],
      rows.map(([sql, js]) => [sql!, code(js!)]),
    ),
  )
})

// ── functions ───────────────────────────────────────────────────────────────────────────────────────

interface Listed {
  readonly name: string
  readonly signatures: readonly string[]
  readonly doc: string
}

const families: readonly (readonly [string, readonly Listed[]])[] = [
  ['Aggregates', aggregateFunctions],
  ['Comparison', comparisonFunctions],
  ['Logic', logicalFunctions],
  ['Arithmetic', arithmeticFunctions],
  ['Mathematics', mathFunctions],
  ['Conditions', conditionalFunctions],
  ['Text', stringFunctions],
  ['Regular expressions', regexpFunctions],
  ['Date and time', temporalFunctions],
  ['JSON', jsonFunctions],
  ['Arrays, maps, rows, variants', collectionFunctions],
  ['Hashes', hashFunctions],
]

/** Names that begin with `$` are what other syntax is rewritten to. */
const isPublic = ({ name }: Listed): boolean => !name.startsWith('$')

test('the functions page lists every function', () => {
  const scalar = families.slice(1).flatMap(([, list]) => list)
  expect(new Set(scalar)).toEqual(new Set(scalarFunctions))
  const sections = families.map(([title, list]) => {
    const rows = list.filter(isPublic).map(({ signatures, doc }) => [signatures.map(code).join('<br>'), doc])
    return `## ${title}\n\n${table(['call', 'meaning'], rows)}\n`
  })
  holdPart('docs/functions.md', 'functions', sections.join('\n'))
})

// ── errors ──────────────────────────────────────────────────────────────────────────────────────────

/** Codes as they stand in the source, behind `new …Error(` or as the `code` that a helper is given. */
function thrownCodes(): Set<string> {
  const codes = new Set<string>()
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.startsWith('testing')) continue
    const text = readFileSync(`src/${file}`, 'utf8')
    for (const found of text.matchAll(/new (?:Sql|Data|Connector|Evaluation|Protocol|Millrace)Error\(\s*'([A-Z_]+)'/g))
      codes.add(found[1]!)
  }
  // Codes that are made from parts, or handed on: base/errors.ts, catalog/catalogs.ts, data/text-reader.ts.
  for (const made of ['NOT_SUPPORTED', 'INTERNAL', 'TABLE_UNKNOWN', 'VIEW_UNKNOWN', 'INVALID_TYPE', 'INVALID_VALUE'])
    codes.add(made)
  // Those of errors of their own: kafka/registry/errors.ts and topic.ts.
  for (const own of ['SCHEMA_REGISTRY', 'SCHEMA_TOO_LARGE']) codes.add(own)
  // Likewise: kafka/broker/security/sasl/mechanism.ts and kafka/broker/frame.ts.
  for (const own of ['SASL_FAILED', 'REQUEST_TOO_LARGE']) codes.add(own)
  // Of what a broker answers: kafka/client/errors.ts.
  for (const answered of ['KAFKA_DENIED', 'KAFKA_FENCED', 'KAFKA_OFFSET_RANGE', 'KAFKA_REFUSED']) codes.add(answered)
  return codes
}

test('the errors page lists every code', () => {
  const listed = Array.from(readPage('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm), found => found[1]!)
  expect(listed.toSorted()).toEqual([...thrownCodes()].toSorted())
})

// ── properties of the broker ────────────────────────────────────────────────────────────────────────

const rangeText = ({ values, min, max, not = [] }: ConfigDefinition): string => {
  if (values !== undefined)
    return values
      .filter(value => value !== '')
      .map(code)
      .join(', ')
  if (min === undefined && max === undefined) return ''
  const limits = min === undefined ? `≤ ${max}` : max === undefined ? `≥ ${min}` : `${min} to ${max}`
  return not.length === 0 ? limits : `${limits}, not ${not.join(', ')}`
}

const defaultText = ({ default: value, otherwise = [] }: ConfigDefinition): string =>
  otherwise.length > 0 && value === null
    ? otherwise.map(([name]) => code(name)).join(', or ')
    : value === null || value === ''
      ? '–'
      : code(value)

const propertyTable = (properties: Iterable<ConfigDefinition>, column: string, cell: (property: ConfigDefinition) => string) =>
  table(
    ['property', 'type', 'default', 'values', column, 'meaning'],
    [...properties]
      .filter(({ inert, hidden }) => inert === undefined && hidden !== true)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(property => [
        code(property.name),
        property.type,
        defaultText(property),
        rangeText(property),
        cell(property),
        property.description,
      ]),
  )

test('the configuration page of the broker lists every property', () => {
  const page = 'docs/broker-configuration.md'
  const running = ({ dynamic }: ConfigDefinition) => (dynamic === undefined ? '' : 'yes')
  const inherited = ({ brokerName }: ConfigDefinition) => (brokerName === undefined ? '' : code(brokerName))
  holdPart(page, 'broker-properties', propertyTable(brokerConfigs.values(), 'while it runs', running))
  holdPart(page, 'topic-properties', propertyTable(topicConfigs.values(), "the broker's", inherited))
  holdPart(page, 'group-properties', propertyTable(groupConfigs.values(), "the broker's", inherited))
  const byReason = new Map<string, string[]>()
  for (const configs of [brokerConfigs, topicConfigs, groupConfigs, clientMetricsConfigs]) {
    for (const { name, inert, hidden } of configs.values()) {
      if (inert === undefined || hidden === true) continue
      byReason.set(inert, [...new Set([...(byReason.get(inert) ?? []), code(name)])])
    }
  }
  const rows = Array.from(byReason, ([reason, names]) => [reason, names.toSorted().join(', ')]).toSorted((a, b) =>
    a[0]! < b[0]! ? -1 : 1,
  )
  holdPart(page, 'inert-properties', table(['why', 'properties'], rows))
})
