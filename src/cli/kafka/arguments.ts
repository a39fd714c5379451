/**
 * Command lines of topics and groups: each command declares what it takes, once, for reading and for the help.
 *
 *     topic create NAME [--partitions N] [--config KEY=VALUE]…
 *     consume TOPIC [--from earliest] [--max 10]
 */
import { parseArgs } from 'node:util'
import { didYouMean } from '../../base/suggest.ts'
import { UsageError } from '../usage-error.ts'

export interface Flag {
  readonly name: string
  readonly short?: string
  /** Of its value, in the help: `N`. Without it the flag stands alone. */
  readonly value?: string
  readonly multiple?: true
  readonly required?: true
  readonly help: string
}

export interface CommandShape {
  /** `topic create` */
  readonly name: string
  /** What stands behind it: `NAME`, `TOPIC…`. */
  readonly takes: string
  readonly help: string
  readonly flags: readonly Flag[]
}

export const connectionFlags: readonly Flag[] = [
  { name: 'bootstrap', short: 'b', value: 'HOST:PORT', help: 'brokers to ask first, 127.0.0.1:9092 unless told' },
  { name: 'client-config', value: 'FILE', help: 'client properties, as Java clients have them' },
  { name: 'set', value: 'KEY=VALUE', multiple: true, help: 'a client property, as security.protocol=SSL' },
]
const outputFlag: Flag = { name: 'output', short: 'o', value: 'FORMAT', help: 'table, or json: one object a line' }
const configFlag: Flag = { name: 'config', short: 'c', value: 'KEY=VALUE', multiple: true, help: 'a property of the topic' }

const topicCommands: readonly CommandShape[] = [
  {
    name: 'topic create',
    takes: 'NAME',
    help: 'make a topic',
    flags: [
      { name: 'partitions', short: 'p', value: 'N', help: "how many; the broker's default unless told" },
      { name: 'replication-factor', short: 'r', value: 'N', help: "copies of each; the broker's default unless told" },
      configFlag,
      { name: 'if-not-exists', help: 'be content with one that is there' },
    ],
  },
  {
    name: 'topic list',
    takes: '',
    help: 'topics there are',
    flags: [{ name: 'internal', help: 'those of Kafka itself, too' }, outputFlag],
  },
  {
    name: 'topic describe',
    takes: 'NAME…',
    help: 'partitions, offsets and properties',
    flags: [{ name: 'all', short: 'a', help: 'properties that nobody set, too' }, outputFlag],
  },
  {
    name: 'topic delete',
    takes: 'NAME…',
    help: 'delete topics with their records',
    flags: [{ name: 'if-exists', help: 'be content with none' }],
  },
  {
    name: 'topic alter',
    takes: 'NAME',
    help: 'more partitions, other properties',
    flags: [
      { name: 'partitions', short: 'p', value: 'N', help: 'how many there are to be' },
      configFlag,
      { name: 'unset', value: 'KEY', multiple: true, help: 'take a property back' },
      { name: 'delete-before', value: 'P:OFFSET', multiple: true, help: 'delete records of partition P before an offset' },
    ],
  },
]

const recordCommands: readonly CommandShape[] = [
  {
    name: 'produce',
    takes: 'TOPIC',
    help: 'write lines of standard input',
    flags: [
      { name: 'key-separator', short: 'k', value: 'TEXT', help: 'what stands before it is the key; \\t is a tab' },
      { name: 'null', value: 'TEXT', help: 'a value, or key, that is just this is none' },
      { name: 'header', short: 'H', value: 'NAME=VALUE', multiple: true, help: 'a header of every record' },
      { name: 'partition', short: 'p', value: 'N', help: 'the only one; by key unless told' },
      { name: 'compression', short: 'z', value: 'CODEC', help: 'none, gzip, snappy, lz4 or zstd' },
      { name: 'input', short: 'i', value: 'FORMAT', help: 'lines, or json: what `consume -o json` prints' },
      { name: 'quiet', short: 'q', help: 'no summary' },
    ],
  },
  {
    name: 'consume',
    takes: 'TOPIC',
    help: 'print records, as they come',
    flags: [
      { name: 'from', short: 'f', value: 'PLACE', help: 'earliest, latest (unless told), an offset, -N from the end, or a time' },
      { name: 'from-beginning', help: 'the same as --from earliest' },
      { name: 'partition', short: 'p', value: 'N', multiple: true, help: 'only this one; all unless told' },
      { name: 'max', short: 'n', value: 'N', help: 'stop after so many' },
      { name: 'until-end', short: 'e', help: 'stop at what is the end now' },
      { name: 'isolation', value: 'LEVEL', help: 'read_uncommitted (unless told) or read_committed' },
      { name: 'output', short: 'o', value: 'FORMAT', help: 'values, or json: one object a line' },
      { name: 'key-separator', short: 'k', value: 'TEXT', help: 'print the key and this before each value' },
      { name: 'encoding', value: 'NAME', help: 'of keys, values and headers: utf8 (unless told), base64 or hex' },
    ],
  },
]

const groupCommands: readonly CommandShape[] = [
  { name: 'group list', takes: '', help: 'groups there are', flags: [outputFlag] },
  { name: 'group describe', takes: 'GROUP…', help: 'members, offsets and lag', flags: [outputFlag] },
  {
    name: 'group reset',
    takes: 'GROUP',
    help: 'move a group without members',
    flags: [
      { name: 'to', value: 'PLACE', required: true, help: 'earliest, latest, an offset, +N or -N from where it is, or a time' },
      { name: 'topic', short: 't', value: 'TOPIC[:P,…]', multiple: true, help: 'only these; all it has offsets of unless told' },
      { name: 'dry-run', help: 'show, and change nothing' },
      outputFlag,
    ],
  },
  {
    name: 'group delete',
    takes: 'GROUP…',
    help: 'forget groups, or of one its offsets of some topics',
    flags: [{ name: 'offsets', value: 'TOPIC[:P,…]', multiple: true, help: 'forget only these' }],
  },
]

const registryCommand: CommandShape = {
  name: 'schema-registry',
  takes: '',
  help: 'serve a schema registry over the topic _schemas',
  flags: [{ name: 'listen', short: 'l', value: '[HOST:]PORT', help: 'where; 127.0.0.1:8081 unless told' }],
}

export const kafkaCommands: readonly CommandShape[] = [...topicCommands, ...recordCommands, ...groupCommands, registryCommand]

export interface ParsedCommand {
  readonly shape: CommandShape
  readonly names: readonly string[]
  flag(name: string): boolean
  text(name: string): string | undefined
  all(name: string): readonly string[]
  /** A whole number from `min` on. */
  count(name: string, min: number): number | undefined
}

/** `args` begins with the command's own name. Undefined: its help is asked for. `common`: flags of every command. */
export function parseKafkaCommand(
  args: readonly string[],
  shapes: readonly CommandShape[] = kafkaCommands,
  common: readonly Flag[] = connectionFlags,
): ParsedCommand | undefined {
  const { shape, rest } = shapeOf(args, shapes)
  if (shape === undefined) return undefined
  const flags = [...shape.flags, ...common]
  const given = parsed(rest, flags)
  if (given.values['help'] === true) return undefined
  checkNames(shape, given.positionals)
  for (const { name, required } of shape.flags)
    if (required && given.values[name] === undefined) throw new UsageError(`${shape.name} needs --${name}`)
  const values = new Map(Object.entries(given.values).map(([name, value]) => [name, [value].flat()]))
  const text = (name: string): string | undefined => values.get(name)?.at(-1) as string | undefined
  return {
    shape,
    names: given.positionals,
    flag: name => values.has(name),
    text,
    all: name => (values.get(name) ?? []) as string[],
    count(name, min) {
      const value = text(name)
      if (value === undefined) return undefined
      if (!/^\d+$/.test(value) || Number(value) < min)
        throw new UsageError(`--${name} is a whole number from ${min} on, not '${value}'`)
      return Number(value)
    },
  }
}

/** Undefined: help is asked for of a whole family, `topic --help`. */
function shapeOf(
  args: readonly string[],
  shapes: readonly CommandShape[],
): { readonly shape: CommandShape | undefined; readonly rest: readonly string[] } {
  const [first = '', second] = args
  const single = shapes.find(c => c.name === first)
  if (single !== undefined) return { shape: single, rest: args.slice(1) }
  const family = shapes.filter(c => c.name.startsWith(`${first} `))
  if (second === '--help' || second === '-h') return { shape: undefined, rest: [] }
  const words = family.map(c => c.name.slice(first.length + 1))
  if (second === undefined || second.startsWith('-')) throw new UsageError(`${first} is followed by ${words.join(', ')}`)
  const found = family.find(c => c.name === `${first} ${second}`)
  if (found !== undefined) return { shape: found, rest: args.slice(2) }
  throw new UsageError(
    `there is no command '${first} ${second}'; ${didYouMean(second, words) ?? `there are ${words.join(', ')}`}`,
  )
}

function parsed(args: readonly string[], flags: readonly Flag[]) {
  const all = [...flags, { name: 'help', short: 'h', help: '' }]
  const options = Object.fromEntries(
    all.map((flag: Flag) => [
      flag.name,
      {
        type: flag.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(flag.short === undefined ? {} : { short: flag.short }),
        ...(flag.multiple === undefined ? {} : { multiple: true }),
      },
    ]),
  )
  // A value may begin with a dash: -5 counts from the end.
  const joined = joinNegative(args, flags)
  const { tokens } = parseArgs({ args: joined, options, strict: false, allowPositionals: true, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name in options) continue
    const guess = didYouMean(token.name, Object.keys(options))
    throw new UsageError(`there is no option ${token.rawName}${guess === undefined ? '' : `; ${guess.replace("'", "'--")}`}`)
  }
  try {
    return parseArgs({ args: joined, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function joinNegative(args: readonly string[], flags: readonly Flag[]): string[] {
  const joined: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    const next = args[i + 1]
    const flag = flags.find(f => f.value !== undefined && (arg === `--${f.name}` || arg === `-${f.short}`))
    if (flag !== undefined && next !== undefined && /^-\d+$/.test(next)) {
      joined.push(`--${flag.name}=${next}`)
      i++
    } else joined.push(arg)
  }
  return joined
}

function checkNames({ name, takes }: CommandShape, names: readonly string[]): void {
  if (takes === '' && names.length > 0) throw new UsageError(`${name} takes no name; what is '${names[0]}'?`)
  const most = takes.split(' ').length
  if (takes !== '' && names.length < most) throw new UsageError(`${name} needs ${takes}`)
  if (takes !== '' && !takes.endsWith('…') && names.length > most)
    throw new UsageError(`${name} takes ${most === 1 ? 'one ' : ''}${takes}; what is '${names[most]}'?`)
}

/** `key=value`, several. */
export function pairs(flag: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=')
      if (at <= 0) throw new UsageError(`--${flag} takes KEY=VALUE, not '${text}'`)
      return [text.slice(0, at).trim(), text.slice(at + 1)]
    }),
  )
}

/** The one of these that was written, in any case. */
export function oneOf<T extends string>(flag: string, value: string | undefined, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined
  const chosen = choices.find(choice => choice === value.toLowerCase())
  if (chosen !== undefined) return chosen
  const guess = didYouMean(value, choices)
  throw new UsageError(`--${flag} is one of ${choices.join(', ')}, not '${value}'${guess === undefined ? '' : `; ${guess}`}`)
}

// ── help ────────────────────────────────────────────────────────────────────────────────────────────

/** Of one command, or of all that begin with the same word. */
export function kafkaUsage(
  args: readonly string[],
  all: readonly CommandShape[] = kafkaCommands,
  common: readonly Flag[] = connectionFlags,
): string {
  const exact = all.filter(c => c.name === args[0] || c.name === `${args[0]} ${args[1]}`)
  const shapes = exact.length > 0 ? exact : all.filter(c => c.name.startsWith(`${args[0]} `))
  const blocks = shapes.map(
    ({ name, takes, help, flags }) => `  millrace ${[name, takes].filter(Boolean).join(' ')}\n      ${help}\n${flagLines(flags)}`,
  )
  const ofAll = common.length === 0 ? '' : `\n  with all of them:\n${flagLines(common)}`
  return `${blocks.join('\n')}${ofAll}`
}

const flagLines = (flags: readonly Flag[]): string => flags.map(flag => `${flagText(flag).padEnd(34)}${flag.help}\n`).join('')

const flagText = ({ name, short, value, multiple }: Flag): string =>
  `      ${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}${multiple === undefined ? '' : '…'}`
