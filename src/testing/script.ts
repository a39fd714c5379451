/**
 * SQL scripts as tests run them: in a session of their own, answered in the notation.
 *
 *     await using folder = await Folder.create()
 *     await folder.write('t.csv', 'ann,1\n')
 *     await rowsOf(`${folder.table('t.csv', 'name STRING, n INT', 'csv')}; SELECT * FROM t`)     // ['+I ann 1']
 */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { MillraceError } from '../base/errors.ts'
import { printRow } from '../data/notation.ts'
import { BufferPool } from '../data/pool.ts'
import { type Host, nodeHost } from '../engine/host.ts'
import type { JobProgress, RunningJob } from '../engine/outcome.ts'
import { Session } from '../engine/session.ts'

export interface ScriptOptions {
  readonly mode?: 'batch' | 'streaming' | 'automatic'
  readonly config?: Readonly<Record<string, string>>
  readonly host?: Partial<Host>
  readonly pool?: BufferPool
  /** Called with each change of the query; answers false to end it. */
  onRow?(row: string): boolean | void
  /** Called with each job once it has been started. */
  onJob?(job: RunningJob): void
}

export interface ScriptRun {
  /** Changes of the queries, in the notation. */
  readonly rows: readonly string[]
  /** Of the last job. */
  readonly progress: JobProgress | undefined
}

/** Runs a script to its end, INSERTs that never end included. */
export async function runScript(sql: string, options: ScriptOptions = {}): Promise<ScriptRun> {
  const session = newSession(options)
  const rows: string[] = []
  let last: RunningJob | undefined
  try {
    for await (const outcome of session.execute(sql)) {
      if (outcome.kind === 'insert') {
        last = outcome.job
        options.onJob?.(last)
        await last.done
      } else if (outcome.kind === 'query') {
        last = outcome.query
        options.onJob?.(last)
        for await (const { op, row } of outcome.query.changes()) {
          const text = `${op} ${printRow(outcome.query.schema, row)}`
          rows.push(text)
          if (options.onRow?.(text) === false) break
        }
      }
    }
    return { rows, progress: last?.progress() }
  } finally {
    await session.close()
  }
}

/** The changes of a script's queries. */
export const rowsOf = async (sql: string, options: ScriptOptions = {}): Promise<readonly string[]> =>
  (await runScript(sql, options)).rows

/** `CODE: what a person reads`, of a script that fails. */
export async function failureOf(sql: string, options: ScriptOptions = {}): Promise<string> {
  try {
    const rows = await rowsOf(sql, options)
    return `no failure, but ${JSON.stringify(rows)}`
  } catch (error) {
    if (error instanceof MillraceError) return `${error.code}: ${error.describe()}`
    throw error
  }
}

export function newSession({ mode = 'batch', config = {}, host = {}, pool = new BufferPool() }: ScriptOptions = {}): Session {
  const options = { 'execution.runtime-mode': mode, 'table.local-time-zone': 'UTC', ...config }
  // Not spread: some of a host is made when it is asked for.
  return new Session({ host: Object.assign(Object.create(nodeHost) as Host, host), config: Object.entries(options), pool })
}

/** A directory that goes away with its test. */
export class Folder implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'millrace-test-')))
  }

  /** Answers the path. Directories on the way are made. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.path, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    return path
  }

  read(name: string): Promise<string> {
    return readFile(join(this.path, name), 'utf8')
  }

  /** The CREATE TABLE of a file or directory in here, named by its first word, or `t`. */
  table(name: string, columns: string, format: string, options: Readonly<Record<string, string>> = {}, rest = ''): string {
    const all = { connector: 'filesystem', path: join(this.path, name), format, ...options }
    const given = Object.entries(all).map(([key, value]) => `'${key}' = '${value}'`)
    return `CREATE TABLE ${/^\w+/.exec(basename(name))?.[0] ?? 't'} (${columns}) ${rest} WITH (${given.join(', ')})`
  }

  /** Files below a directory, hidden ones included, by path. */
  async files(name = '.'): Promise<readonly string[]> {
    const found = await readdir(join(this.path, name), { recursive: true, withFileTypes: true })
    const root = join(this.path, name)
    return found
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))
      .toSorted()
  }

  /** All lines of the published files below a directory, sorted. */
  async lines(name = '.'): Promise<readonly string[]> {
    const published = (await this.files(name)).filter(file => !basename(file).startsWith('.'))
    const texts = await Promise.all(published.map(file => this.read(join(name, file))))
    return texts.flatMap(text => text.split('\n').filter(line => line !== '')).toSorted()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

/** Waits until it is so, looking every few ms. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, atMostMs = 10_000): Promise<void> {
  for (let waitedMs = 0; !(await holds()); waitedMs += 5) {
    if (waitedMs > atMostMs) throw new Error(`waited for ${what} in vain`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
