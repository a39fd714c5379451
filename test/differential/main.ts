/**
 * Random queries here and on a real Flink: npm run differential -- [--seed N] [--queries N] [--mode batch|streaming] [--keep DIR]
 *
 * The same script runs on both in both modes, over the same JSON files; types and the tables that the changelogs leave
 * are compared. Prints what differs, and exits with 1 where no entry of `known.ts` explains it. The program that asks
 * Flink is MILLRACE_FLINK, or ../shared/real/flink beside the project; without it the run is left out. In the directory
 * of --keep Flink's answers stay, for the next run with the same queries.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Choice } from '../random/choice.ts'
import { randomQuery } from '../random/generate.ts'
import { renderQuery } from '../random/queries.ts'
import { createTable, jsonLines } from '../random/tables.ts'
import { randomWorld } from '../random/world.ts'
import { whatDiffers } from './differs.ts'
import { type Mode, type StatementAnswer, askFlink } from './flink.ts'
import { type Case, known } from './known.ts'
import { askMillrace } from './millrace.ts'

const QUERIES_PER_WORLD = 25
const QUERIES_PER_START = 100

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    queries: { type: 'string', default: '100' },
    mode: { type: 'string' },
    keep: { type: 'string' },
    verbose: { type: 'boolean' },
  },
})
const root = fileURLToPath(new URL('../../../', import.meta.url))
const program = process.env['MILLRACE_FLINK'] ?? join(root, '../shared/real/flink')
const seed = Number(flags.seed)
const queries = Number(flags.queries)
const modes: readonly Mode[] = flags.mode === undefined ? ['batch', 'streaming'] : [flags.mode as Mode]
const counts: Record<string, number> = {}
const explained = new Map<string, number>()

if (existsSync(program)) await main()
else console.log(`left out: there is no ${program}`)

async function main(): Promise<void> {
  const directory = flags.keep ?? mkdtempSync(join(tmpdir(), 'differential-'))
  mkdirSync(directory, { recursive: true })
  for (let start = 0; start < queries; start += QUERIES_PER_START)
    await compareAll(scriptOf(start, Math.min(QUERIES_PER_START, queries - start), directory), directory)
  if (flags.keep === undefined) rmSync(directory, { recursive: true })
  const all = Object.entries(counts).map(([what, count]) => `${count} ${what}`)
  console.log(`differential, seed ${seed}, ${queries} queries in ${modes.join(' and ')}: ${all.join(', ')}`)
  for (const [name, count] of explained) console.log(`  explained ${count} times: ${name}`)
  process.exitCode = counts['different'] === undefined ? 0 : 1
}

interface Script {
  readonly definitions: readonly string[]
  readonly queries: readonly { readonly id: number; readonly sql: string }[]
}

/** The statements for queries `start` and on; the tables' rows become files. */
function scriptOf(start: number, count: number, directory: string): Script {
  const definitions: string[] = []
  const list: { id: number; sql: string }[] = []
  for (let id = start; id < start + count; id++) {
    const number = Math.floor(id / QUERIES_PER_WORLD)
    const tables = randomWorld(seed * 1000 + number, { prefix: `w${number}_`, before1970: number % 4 === 0 })
    if (id % QUERIES_PER_WORLD === 0 || id === start) {
      for (const table of tables) {
        const file = join(directory, `s${seed}-${table.name}.json`)
        writeFileSync(file, jsonLines(table))
        definitions.push(createTable(table, `'connector' = 'filesystem', 'path' = '${file}', 'format' = 'json'`))
      }
    }
    list.push({ id, sql: renderQuery(randomQuery(new Choice(seed * 1_000_003 + id), { tables })) })
  }
  return { definitions, queries: list }
}

async function compareAll(script: Script, directory: string): Promise<void> {
  const statements = [...script.definitions, ...script.queries.map(query => query.sql)]
  for (const mode of modes) {
    const ours = await askMillrace(statements, mode)
    const of = (i: number): StatementAnswer => ours[script.definitions.length + i]!
    const asked = script.queries.map((query, i) => {
      const answer = of(i)
      const alone = answer.kind !== 'rows' || known.some(one => one.fails?.test(query.sql) === true)
      return { ...query, types: alone ? undefined : answer.types }
    })
    const theirs = await askFlink(script.definitions, asked, { mode, program, directory })
    const ask = async (sql: string, other = mode) => (await askMillrace([...script.definitions, sql], other)).at(-1)!
    const askTheirs = async (sql: string, other: Mode) => {
      const alone = [{ id: 0, sql, types: undefined }]
      return (await askFlink(script.definitions, alone, { mode: other, program, directory })).get(0)!
    }
    for (const [i, { id, sql }] of script.queries.entries())
      await judge(id, { sql, mode, millrace: of(i), flink: theirs.get(id)!, ask, askFlink: askTheirs })
  }
}

async function judge(id: number, given: Omit<Case, 'what'>): Promise<void> {
  const { sql, mode, millrace, flink } = given
  const what = whatDiffers(millrace, flink)
  const kind = millrace.kind === 'error' && flink.kind === 'error' ? 'failed alike' : 'alike'
  if (what === undefined) {
    if (flags.verbose && millrace.kind === 'error' && flink.kind === 'error')
      console.log(`-- query ${id}, ${mode}: both fail\n${sql}\n${millrace.text}\n${flink.text.split('\n').at(-1)}\n`)
    return count(kind)
  }
  for (const { name, explains } of known) {
    if (!(await explains({ ...given, what }))) continue
    explained.set(name, (explained.get(name) ?? 0) + 1)
    return count('explained')
  }
  count('different')
  console.log(`-- seed ${seed}, query ${id}, ${mode}\n${sql}\n${what}\n`)
}

function count(what: string): void {
  counts[what] = (counts[what] ?? 0) + 1
}
