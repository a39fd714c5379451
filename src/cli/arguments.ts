/** What was written on the command line, checked. */
import { parseArgs } from 'node:util'
import { didYouMean } from '../base/suggest.ts'
import { UsageError } from './usage-error.ts'

export type OutputFormat = 'table' | 'changelog' | 'json' | 'csv'
export interface RunOptions {
  readonly mode: 'streaming' | 'batch' | 'automatic' | undefined
  readonly output: OutputFormat | undefined
  readonly settings: readonly (readonly [string, string])[]
  readonly quiet: boolean
}

export type Command =
  | { readonly kind: 'help'; readonly of: string | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'shell'; readonly options: RunOptions }
  | { readonly kind: 'execute'; readonly sql: string; readonly options: RunOptions }
  | { readonly kind: 'run'; readonly file: string; readonly options: RunOptions }
  | { readonly kind: 'check'; readonly file: string; readonly options: RunOptions }
  | { readonly kind: 'describe'; readonly file: string }
  | { readonly kind: 'demo'; readonly options: RunOptions }
  | { readonly kind: 'kafka'; readonly args: readonly string[] }
  | { readonly kind: 'log'; readonly args: readonly string[] }

/** What is done to a Kafka reads its own arguments. */
const kafkaCommands = ['topic', 'produce', 'consume', 'group', 'schema-registry']
const commands = ['run', 'check', 'describe', 'demo', 'shell', 'broker', 'log', 'help', ...kafkaCommands]

export function parseCommand(args: readonly string[]): Command {
  if (kafkaCommands.includes(args[0]!)) return { kind: 'kafka', args }
  if (args[0] === 'help' && kafkaCommands.includes(args[1]!)) return { kind: 'kafka', args: [args[1]!, '--help'] }
  if (args[0] === 'log') return { kind: 'log', args }
  if (args[0] === 'help' && args[1] === 'log') return { kind: 'log', args: ['log', '--help'] }
  const { values, positionals } = parsed(args)
  if (values.version) return { kind: 'version' }
  const [name, ...rest] = positionals
  if (values.help || name === 'help') return { kind: 'help', of: name === 'help' ? rest[0] : name }
  const options = runOptions(values)
  if (values.execute !== undefined) {
    if (name !== undefined) throw new UsageError(`-e takes its statements as one argument; what is '${name}'?`)
    return { kind: 'execute', sql: values.execute, options }
  }
  if (name === undefined || name === 'shell') return { kind: 'shell', options }
  if (name === 'demo') return { kind: 'demo', options }
  if (name !== 'run' && name !== 'check' && name !== 'describe') {
    throw new UsageError(`there is no command '${name}'${hint(name)}`)
  }
  const [file, ...more] = rest
  if (file === undefined) throw new UsageError(`${name} needs a file`)
  if (more.length > 0) throw new UsageError(`${name} takes one file; what is '${more[0]}'?`)
  return name === 'describe' ? { kind: name, file } : { kind: name, file, options }
}

const hint = (name: string): string => {
  const guess = didYouMean(name, commands)
  return guess === undefined ? '' : `; ${guess}`
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        execute: { type: 'string', short: 'e' },
        mode: { type: 'string', short: 'm' },
        output: { type: 'string', short: 'o' },
        set: { type: 'string', multiple: true },
        memory: { type: 'string' },
        quiet: { type: 'boolean', short: 'q' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function runOptions(values: ReturnType<typeof parsed>['values']): RunOptions {
  const settings = (values.set ?? []).map(setting => {
    const at = setting.indexOf('=')
    if (at <= 0) throw new UsageError(`--set takes key=value, not '${setting}'`)
    return [setting.slice(0, at).trim(), setting.slice(at + 1).trim()] as const
  })
  return {
    mode: oneOf('--mode', values.mode, ['streaming', 'batch', 'automatic']),
    output: oneOf('--output', values.output, ['table', 'changelog', 'json', 'csv']),
    settings: values.memory === undefined ? settings : [...settings, ['millrace.memory', values.memory]],
    quiet: values.quiet ?? false,
  }
}

function oneOf<T extends string>(flag: string, value: string | undefined, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined
  const chosen = choices.find(choice => choice === value.toLowerCase())
  if (chosen === undefined) throw new UsageError(`${flag} is one of ${choices.join(', ')}, not '${value}'`)
  return chosen
}

export const usage = `millrace: Flink SQL over data at rest and data in motion, in one process

  millrace                        an SQL shell
  millrace -e "SQL; SQL"          run statements
  millrace run FILE|-             run a script, or standard input
  millrace check FILE             run a script as a batch and as a stream, and compare
  millrace describe FILE          the CREATE TABLE for a Parquet, CSV or JSON file
  millrace demo                   real flights as a stream and as a batch, with the same result
  millrace broker                 a Kafka broker (millrace broker --help)

  millrace log verify|dump|backup|import DIR
                                  a broker's directory: is it whole, what is in it, a copy; a Kafka's

  millrace topic create|list|describe|delete|alter
  millrace produce TOPIC          lines of standard input to a topic
  millrace consume TOPIC          records of a topic, as they come
  millrace group list|describe|reset|delete
  millrace schema-registry        a schema registry over a topic of any Kafka
                                  of these, each with --help; all with --bootstrap HOST:PORT

  -m, --mode MODE                 streaming, batch, or automatic (the default: bounded inputs run as a batch)
  -o, --output FORMAT             table (the default), changelog, json (one object a line), csv
      --set KEY=VALUE             a session option, as SET does; may be repeated
      --memory SIZE               limit of a query's state: 512mb
  -q, --quiet                     no progress and no summary
  -h, --help                      this text
  -v, --version                   the version

Exit code: 0 well, 1 failed or different, 2 usage or SQL error.
`
