/** The command line as a process: what it prints, how it ends. Built first where the sources are newer than what was built. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

export const millrace = join(process.cwd(), 'dist', 'bin', 'millrace.js')
const LOCK = join(process.cwd(), 'dist', '.building')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. */
export async function command(
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<Ended> {
  const running = start(args, options)
  running.process.stdin!.end(options.input ?? '')
  return running.ended
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has written so far. */
  stdout(): string
}

/** Starts a command. Its standard input stays open. */
export const start = (args: readonly string[], options: { readonly cwd?: string } = {}): Running =>
  started(process.execPath, [millrace, ...args], options.cwd)

/** Starts a command as it is pasted into a terminal. */
export const startLine = (line: string, cwd: string): Running => started('bash', ['-c', `exec ${line}`], cwd)

/** Runs a line in bash, with `$M` the command. */
export async function shell(line: string, cwd?: string): Promise<Ended> {
  return started('bash', ['-c', line], cwd).ended
}

function started(program: string, args: readonly string[], cwd: string | undefined): Running {
  const child = spawn(program, args, { cwd, env: { ...process.env, M: `${process.execPath} ${millrace}`, TZ: 'UTC' } })
  let stdout = ''
  let stderr = ''
  // A command that ends before it has read its input has a closed pipe, which is no error of ours.
  child.stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
  return { process: child, ended, stdout: () => stdout }
}

/** Brings what was built up to the sources. One test file builds, the others wait. */
export async function built(): Promise<void> {
  if (!isStale()) return
  for (;;) {
    try {
      await mkdir(LOCK)
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (!isStale()) return
      // Left behind by a run that died.
      if (Date.now() - modifiedMs(LOCK) > 60_000) await rmdir(LOCK).catch(() => undefined)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  try {
    if (!isStale()) return
    // Types are checked elsewhere: what matters here is that the code is written.
    await shell('npx tsc -b tsconfig.json; npx rolldown -c --logLevel silent')
  } finally {
    await rmdir(LOCK)
  }
}

function isStale(): boolean {
  const builtMs = modifiedMs(millrace)
  return readdirSync('src', { recursive: true, encoding: 'utf8' }).some(
    file =>
      file.endsWith('.ts') && !file.includes('.test.') && !file.startsWith('testing') && modifiedMs(join('src', file)) > builtMs,
  )
}

const modifiedMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
