/**
 * The SQL shell: statements end with a semicolon and may span lines; history is kept; Tab completes; Ctrl-C stops the
 * query and not the shell; `help`, `clear` and `quit` are its own words.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { complete, isWholeScript } from '../engine/completion.ts'
import type { RunningJob } from '../engine/outcome.ts'
import type { Session } from '../engine/session.ts'
import type { RunOptions } from './arguments.ts'
import { openSession } from './run.ts'
import { type ScriptIo, errorText, exitCodeOf, runScript } from './script.ts'
import { Out, isClosedPipe } from './terminal.ts'
import { version } from '../base/version.ts'

const HISTORY_LINES = 1000
const historyFile = join(homedir(), '.millrace_history')

const help = `Statements end with ';'. Some to begin with:
  CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = 'data.csv', 'format' = 'csv');
  SHOW TABLES;  DESCRIBE t;  SELECT b, COUNT(*) FROM t GROUP BY b;  EXPLAIN SELECT …;
  SET 'execution.runtime-mode' = 'streaming';  SET;
Tab completes, Ctrl-C stops a query, Ctrl-D or quit leaves, clear clears the screen.
`

export async function shell(options: RunOptions): Promise<number> {
  const out = new Out(process.stdout)
  let session: Session
  try {
    session = openSession(options)
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  }
  try {
    return out.isTerminal && process.stdin.isTTY ? await converse(session, options, out) : await obey(session, options, out)
  } finally {
    await session.close()
  }
}

/** A person at a terminal. */
async function converse(session: Session, options: RunOptions, out: Out): Promise<number> {
  let job: RunningJob | undefined
  let pending = ''
  const io = scriptIo(options, out, running => (job = running))
  const input = createInterface({
    input: process.stdin,
    output: process.stdout,
    historySize: HISTORY_LINES,
    history: readHistory(),
    removeHistoryDuplicates: true,
    completer: (line: string): [string[], string] => {
      const { candidates, word } = complete(session, pending === '' ? line : `${pending}\n${line}`)
      return [[...candidates], word]
    },
  })
  const ask = () => {
    input.setPrompt(pending === '' ? 'millrace> ' : '      ...> ')
    input.prompt()
  }
  input.on('SIGINT', () => {
    if (job !== undefined) return void job.cancel()
    pending = ''
    // What was typed stays to be seen and is meant no more.
    Object.assign(input, { line: '', cursor: 0 })
    process.stdout.write('^C\n')
    ask()
  })
  await out.line(`Millrace ${version()}. Type help; for help, quit; to leave.`)
  ask()
  try {
    for await (const line of input) {
      pending = pending === '' ? line : `${pending}\n${line}`
      const word = ownWord(pending)
      if (word === 'quit' || word === 'exit') return 0
      if (word === 'help' || word === 'clear') {
        pending = ''
        await out.write(word === 'help' ? help : '\x1b[2J\x1b[H')
      } else if (isWholeScript(pending)) {
        const text = pending
        pending = ''
        remember(text.trim())
        await runOne(session, text, io)
      } else if (pending.trim() === '') pending = ''
      ask()
    }
    await out.line('')
    return 0
  } catch (error) {
    if (!isClosedPipe(error)) throw error
    return 0
  } finally {
    input.close()
  }
}

/** Statements from a pipe, each run as soon as it is whole: no prompt, nothing kept. The first failure is the exit code. */
async function obey(session: Session, options: RunOptions, out: Out): Promise<number> {
  let job: RunningJob | undefined
  let pending = ''
  let code = 0
  const io = { ...scriptIo(options, out, running => (job = running)), acknowledge: false }
  const run = async (text: string) => {
    const ended = await runOne(session, text, io)
    code ||= ended
  }
  // As in `run`: what is running ends with a last checkpoint, and so does the shell.
  let signalled = false
  const onSignal = () => {
    signalled = true
    input.close()
    void job?.stop()
  }
  const input = createInterface({ input: process.stdin })
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    for await (const line of input) {
      if (signalled) break
      pending = pending === '' ? line : `${pending}\n${line}`
      const word = ownWord(pending)
      if (word === 'quit' || word === 'exit') return code
      if (word === 'help') await out.write(help)
      else if (isWholeScript(pending)) await run(pending)
      else if (word !== '') continue
      pending = ''
    }
    // Without a last semicolon, what a pipe brought is still meant.
    if (pending.trim() !== '' && !signalled) await run(pending)
    return code
  } catch (error) {
    if (!isClosedPipe(error)) throw error
    return 0
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    input.close()
  }
}

const ownWord = (text: string): string => text.trim().replace(/;$/, '').trim().toLowerCase()

const scriptIo = (options: RunOptions, out: Out, onJob: ScriptIo['onJob']): ScriptIo => ({
  out,
  err: new Out(process.stderr),
  format: options.output ?? 'table',
  acknowledge: true,
  quiet: options.quiet,
  stopped: () => false,
  onJob,
})

async function runOne(session: Session, text: string, io: ScriptIo): Promise<number> {
  try {
    await runScript(session, text, io)
    return 0
  } catch (error) {
    if (isClosedPipe(error)) throw error
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  }
}

/** Newest first, as readline wants it. A history that can't be read is as none. */
function readHistory(): string[] {
  const text = withHistory(() => readFileSync(historyFile, 'utf8')) ?? ''
  return text.split('\n').filter(Boolean).slice(-HISTORY_LINES).toReversed()
}

/** A statement of several lines is one line of history. */
function remember(text: string): void {
  withHistory(() => appendFileSync(historyFile, `${text.replaceAll(/\s*\n\s*/g, ' ')}\n`, { mode: 0o600 }))
}

/** The shell goes on without its history where the home directory can't be read or written. */
function withHistory<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return undefined
  }
}
