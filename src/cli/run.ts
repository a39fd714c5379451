/** `millrace -e SQL` and `millrace run FILE`: a script from its first statement to its last, with signals and pipes minded. */
import { readFileSync } from 'node:fs'
import type { RunningJob } from '../engine/outcome.ts'
import { Session } from '../engine/session.ts'
import type { RunOptions } from './arguments.ts'
import { errorText, exitCodeOf, runScript } from './script.ts'
import { Out, isClosedPipe } from './terminal.ts'

export const execute = (sql: string, options: RunOptions): Promise<number> => runText(sql, options, undefined)

/** `-` is standard input. */
export function runFile(file: string, options: RunOptions, resume: (checkpoint: string) => string): Promise<number> {
  const text = readScript(file)
  return text === undefined ? Promise.resolve(2) : runText(text, options, resume)
}

/** The text of a script, or undefined after saying why not. */
export function readScript(file: string): string | undefined {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    process.stderr.write(`millrace: ${code === 'ENOENT' ? `there is no file ${file}` : message}\n`)
    return undefined
  }
}

export function openSession(options: RunOptions): Session {
  const session = new Session()
  if (options.mode !== undefined) session.config.set('execution.runtime-mode', options.mode)
  for (const [key, value] of options.settings) session.config.set(key, value)
  return session
}

async function runText(text: string, options: RunOptions, resume: ((checkpoint: string) => string) | undefined): Promise<number> {
  const out = new Out(process.stdout)
  const err = new Out(process.stderr)
  let job: RunningJob | undefined
  let last: RunningJob | undefined
  let signalled: NodeJS.Signals | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    // A second signal does not wait.
    if (signalled !== undefined) process.kill(process.pid, 'SIGKILL')
    signalled = signal
    void job?.stop()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  let session: Session | undefined
  try {
    session = openSession(options)
    await runScript(session, text, {
      out,
      err,
      format: options.output ?? 'table',
      acknowledge: false,
      quiet: options.quiet,
      stopped: () => signalled !== undefined,
      onJob(running) {
        job = running
        last = running ?? last
        if (signalled !== undefined) void running?.stop()
      },
    })
  } catch (error) {
    if (isClosedPipe(error)) return 0
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  } finally {
    await session?.close()
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  if (signalled === undefined) return 0
  const checkpoint = last?.job.lastCheckpoint
  if (checkpoint !== undefined && resume !== undefined) process.stderr.write(`stopped; to go on:\n  ${resume(checkpoint)}\n`)
  return signalled === 'SIGINT' ? 130 : 143
}
