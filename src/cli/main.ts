#!/usr/bin/env node
/** The command line: `millrace`, `millrace -e`, `millrace run`, … Commands are loaded when they are called for. */
import { relative } from 'node:path'
import { type Command, type RunOptions, parseCommand, usage } from './arguments.ts'
import { UsageError } from './usage-error.ts'

const code = await main(process.argv.slice(2))
process.exitCode = code

async function main(args: readonly string[]): Promise<number> {
  let command: Command
  try {
    if (args[0] === 'broker') return await broker(args.slice(1))
    command = parseCommand(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`millrace: ${error.message}\ntry: millrace --help\n`)
    return 2
  }
  switch (command.kind) {
    case 'help':
      process.stdout.write(usage)
      return 0
    case 'version': {
      const { version } = await import('../base/version.ts')
      process.stdout.write(`${version()}\n`)
      return 0
    }
    case 'shell': {
      const { shell } = await import('./shell.ts')
      return shell(command.options)
    }
    case 'execute': {
      const { execute } = await import('./run.ts')
      return execute(command.sql, command.options)
    }
    case 'run': {
      const { runFile } = await import('./run.ts')
      return runFile(command.file, command.options, resumeCommand(command.file, command.options))
    }
    case 'check': {
      const { checkFile } = await import('./check.ts')
      return checkFile(command.file, command.options)
    }
    case 'describe': {
      const { describe } = await import('./describe.ts')
      return describe(command.file)
    }
    case 'kafka': {
      const { kafkaCommand } = await import('./kafka/main.ts')
      return kafkaCommand(command.args)
    }
    case 'log': {
      const { logCommand } = await import('./log/main.ts')
      return logCommand(command.args)
    }
    case 'demo': {
      const { demo } = await import('./demo.ts')
      return demo(command.options)
    }
  }
}

/** A command that loads no engine. */
async function broker(args: readonly string[]): Promise<number> {
  const { runBroker } = await import('./broker.ts')
  return runBroker(args, process.env)
}

/** What goes on where a stopped run ended: its own arguments, with the place to go on from. */
function resumeCommand(file: string, options: RunOptions): (checkpoint: string) => string {
  return checkpoint => {
    const flags = [
      ...(options.mode === undefined ? [] : [`--mode ${options.mode}`]),
      ...(options.output === undefined ? [] : [`--output ${options.output}`]),
      ...(options.quiet ? ['--quiet'] : []),
      ...options.settings
        .filter(([key]) => key !== 'execution.state-recovery.path')
        .map(([key, value]) => `--set ${quoted(`${key}=${value}`)}`),
      `--set ${quoted(`execution.state-recovery.path=${checkpoint}`)}`,
    ]
    return `${invoked()} run ${quoted(file)} ${flags.join(' ')}`
  }
}

/** The command as it was called here, so that the line can be pasted: `millrace`, `npx millrace` or `node dist/bin/millrace.js`. */
function invoked(): string {
  const script = process.argv[1]!
  if (!/\.[cm]?js$/.test(script)) return process.env['npm_command'] === 'exec' ? 'npx millrace' : 'millrace'
  const near = relative(process.cwd(), script)
  return `node ${quoted(near.startsWith('..') ? script : near)}`
}

function quoted(text: string): string {
  return /^[\w./=:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
