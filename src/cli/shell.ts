/**
 * The SQL shell: statements end with a semicolon and may span lines; history is kept; Tab completes; Ctrl-C stops the
 * query and not the shell; `help`, `clear` and `quit` are its own words.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { complete, isWholeScript } from '../engine/completion.ts'
import type { RunningJob } from '../engine/outcome.ts'
import type { Session } from '../engine/session.ts'
import type { RunOptions } from './arguments.ts'
import { openSession } from './run.ts'
import { type ScriptIo, errorText, exitCodeOf, runScript } from './script.ts'
import { ClosedPipe, Out } from './terminal.ts'
import { version } from './version.ts'

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
  let job: RunningJob | undefined
  const io: ScriptIo = {
    out,
    err: new Out(process.stderr),
    format: options.output ?? 'table',
    acknowledge: true,
    quiet: options.quiet,
    stopped: () => false,
    onJob: running => (job = running),
  }
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
  let pending = ''
  let code = 0
  const ask = () => {
    input.setPrompt(pending === '' ? 'millrace> ' : '      ...> ')
    input.prompt()
  }
  input.on('SIGINT', () => {
    if (job !== undefined) void job.cancel()
    else {
      pending = ''
      process.stdout.write('^C\n')
      ask()
    }
  })
  if (out.isTerminal) await out.line(`Millrace ${version()}. Type help; for help, quit; to leave.`)
  ask()
  try {
    for await (const line of input) {
      pending = pending === '' ? line : `${pending}\n${line}`
      const text = pending.trim()
      const word = text.replace(/;$/, '').trim().toLowerCase()
      if (text === '') pending = ''
      else if (word === 'quit' || word === 'exit') break
      else if (word === 'help' || word === 'clear') {
        pending = ''
        await out.write(word === 'help' ? help : '\x1b[2J\x1b[H')
      } else if (isWholeScript(pending)) {
        pending = ''
        remember(text)
        code = await runOne(session, text, io)
      }
      ask()
    }
    // Without a last semicolon, what a pipe brought is still meant.
    if (pending.trim() !== '' && !out.isTerminal) code = await runOne(session, pending, io)
  } catch (error) {
    if (!(error instanceof ClosedPipe)) throw error
  } finally {
    input.close()
    await session.close()
  }
  if (out.isTerminal) await out.line('')
  return out.isTerminal ? 0 : code
}

async function runOne(session: Session, text: string, io: ScriptIo): Promise<number> {
  try {
    await runScript(session, text, io)
    return 0
  } catch (error) {
    if (error instanceof ClosedPipe) throw error
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  }
}

/** Newest first, as readline wants it. */
function readHistory(): string[] {
  if (!existsSync(historyFile)) return []
  return readFileSync(historyFile, 'utf8').split('\n').filter(Boolean).slice(-HISTORY_LINES).toReversed()
}

/** A statement of several lines is one line of history. */
function remember(text: string): void {
  appendFileSync(historyFile, `${text.replaceAll(/\s*\n\s*/g, ' ')}\n`, { mode: 0o600 })
}
