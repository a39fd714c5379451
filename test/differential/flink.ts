/**
 * A real Flink as a second opinion: runs a script there and reads what it prints.
 *
 *     > SELECT k AS o0, COUNT(*) AS o1 FROM t0 GROUP BY k
 *     (o0 INT, o1 BIGINT NOT NULL)
 *     +I ROW(1, 2)
 *     -- 1 row
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Op } from '#src/testing/memory-tables.ts'
import type { Cells } from '../random/compare.ts'

export type Mode = 'batch' | 'streaming'

/** What one statement answers. */
export type StatementAnswer =
  | { readonly kind: 'rows'; readonly types: readonly string[]; readonly changes: readonly (readonly [Op, Cells])[] }
  /** `running`: the statement was understood, and a row failed. */
  | { readonly kind: 'error'; readonly text: string; readonly running: boolean }
  | { readonly kind: 'done' }

export interface FlinkOptions {
  readonly mode: Mode
  /** The program that asks. */
  readonly program: string
  /** Where scripts and their answers are kept, so that a script is asked once: Flink takes its time. */
  readonly directory: string
}

export interface Asked {
  readonly id: number
  readonly sql: string
  /** The types its rows should have; undefined where no rows are expected. */
  readonly types: readonly string[] | undefined
}

/**
 * Answers by id. A job of its own costs Flink a second, so queries that should succeed share one: as views, described
 * for their types, and a statement set of INSERTs into printing tables. Where such a job fails, each is asked alone.
 */
export async function askFlink(
  definitions: readonly string[],
  asked: readonly Asked[],
  options: FlinkOptions,
): Promise<Map<number, StatementAnswer>> {
  const [together, alone] = [asked.filter(q => q.types !== undefined), asked.filter(q => q.types === undefined)]
  const groups = Array.from({ length: Math.ceil(together.length / GROUP) }, (_, i) => together.slice(i * GROUP, (i + 1) * GROUP))
  const blocks = await answersTo([...definitions, ...groups.flatMap(groupScript)], options)
  const found = new Map<number, StatementAnswer>()
  let at = definitions.length
  for (const group of groups) {
    const length = groupScript(group).length
    const answers = readGroup(group, blocks.slice(at, at + length))
    at += length
    if (answers === undefined) alone.push(...group)
    else for (const [id, answer] of answers) found.set(id, answer)
  }
  const rest = alone.length === 0 ? [] : await answersTo([...definitions, ...alone.map(q => q.sql)], options)
  alone.forEach((q, i) => found.set(q.id, parseAnswer(rest[definitions.length + i]!)))
  return found
}

/** Queries that share a job. */
const GROUP = 12

function groupScript(group: readonly Asked[]): string[] {
  const views = group.flatMap(({ id, sql }) => [`CREATE TEMPORARY VIEW v${id} AS ${sql}`, `DESCRIBE v${id}`])
  const sinks = group.map(({ id, types }) => {
    const columns = types!.map((type, i) => `o${i} ${type.replace(' NOT NULL', '')}`)
    return `CREATE TEMPORARY TABLE p${id} (${columns.join(', ')}) WITH ('connector' = 'print', 'print-identifier' = 'p${id}')`
  })
  const inserts = group.map(({ id }) => `INSERT INTO p${id} SELECT * FROM v${id};`)
  return [...views, ...sinks, `EXECUTE STATEMENT SET BEGIN ${inserts.join(' ')} END`]
}

/** Undefined where anything in the group fails. */
function readGroup(group: readonly Asked[], blocks: readonly (readonly string[])[]): [number, StatementAnswer][] | undefined {
  if (blocks.some(lines => lines.some(line => line.startsWith('ERROR ')))) return undefined
  const printed = new Map<string, string[]>()
  for (const line of blocks.at(-1)!) {
    const [, name, change] = /^(p\d+)> (.*)$/.exec(line) ?? []
    if (name !== undefined) printed.set(name, [...(printed.get(name) ?? []), change!])
  }
  return group.map(({ id }, i) => {
    const described = blocks[i * 2 + 1]!.filter(line => line.startsWith('+I ROW(')).map(line => parseRow(line.slice(7, -1), []))
    const types = described.map(
      ([, type, nullable]) => `${type!.replace(/ \*\w+\*/, '')}${nullable === 'true' ? '' : ' NOT NULL'}`,
    )
    const changes = (printed.get(`p${id}`) ?? []).map(
      line =>
        [
          line.slice(0, 2) as Op,
          line
            .slice(3, -1)
            .split(', ')
            .map((cell, at) => cellOf(cell === 'null' ? 'NULL' : cell, types[at] ?? '')),
        ] as const,
    )
    return [id, { kind: 'rows', types, changes }]
  })
}

/** What each statement printed, in lines. */
async function answersTo(statements: readonly string[], { mode, program, directory }: FlinkOptions): Promise<string[][]> {
  const script = statements.map(statement => `${statement};\n`).join('')
  const key = createHash('sha256').update(mode).update(script).digest('hex').slice(0, 24)
  const [file, kept] = [join(directory, `${key}.sql`), join(directory, `${key}.txt`)]
  if (!existsSync(kept)) {
    writeFileSync(file, script)
    writeFileSync(kept, await ran(program, ['ask', '--mode', mode, '--literal', '--keep-going', ...resources, file]))
  }
  const blocks = readFileSync(kept, 'utf8')
    .split(/^> /m)
    .slice(1)
    .map(block => block.split('\n').slice(1))
  if (blocks.length !== statements.length)
    throw new Error(`Flink answered ${blocks.length} of ${statements.length} statements: ${kept}`)
  return blocks
}

/** A dozen queries in one slot need more than its share. */
const resources = [
  'taskmanager.memory.managed.size=1g',
  'taskmanager.memory.network.min=256m',
  'taskmanager.memory.network.max=256m',
].flatMap(setting => ['--set', setting])

/** It exits with 1 when a statement failed, which is an answer like any other. */
const ran = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    // Short jobs gain nothing from the second compiler.
    const env = { ...process.env, JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' }
    execFile(program, args, { env, maxBuffer: 1 << 30, timeout: 900_000 }, (error, stdout, stderr) => {
      if (error !== null && (error.killed === true || stdout === '')) reject(new Error(`${program}: ${error.message}\n${stderr}`))
      else resolve(stdout)
    })
  })

function parseAnswer(lines: readonly string[]): StatementAnswer {
  const error = lines.findIndex(line => line.startsWith('ERROR '))
  const at = lines.findIndex(line => line.startsWith('('))
  if (error >= 0) {
    const text = lines.slice(error).filter(line => /^(ERROR|  by)/.test(line))
    return { kind: 'error', text: text.join('\n'), running: at >= 0 && at < error }
  }
  if (at < 0) return { kind: 'done' }
  const types = splitColumns(lines[at]!.slice(1, -1)).map(column => column.slice(column.indexOf(' ') + 1).replace(/ \*\w+\*/, ''))
  const changes = lines
    .slice(at + 1)
    .filter(line => /^[+-][IUD] ROW/.test(line))
    .map(line => [line.slice(0, 2) as Op, parseRow(line.slice(7, -1), types)] as const)
  return { kind: 'rows', types, changes }
}

/** `a DECIMAL(10, 2), b INT` at the commas outside brackets. */
function splitColumns(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if ('(<'.includes(text[i]!)) depth++
    else if (')>'.includes(text[i]!)) depth--
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 2
    }
  }
  return [...parts, text.slice(start)]
}

/** `1, 'it''s', NULL`: text in quotes, everything else as Java prints it. */
function parseRow(text: string, types: readonly string[]): Cells {
  const found = text.match(/'(?:[^']|'')*'|[^,']+/g) ?? []
  return found.filter(part => part.trim() !== '').map((part, i) => cellOf(part.trimStart(), types[i] ?? ''))
}

function cellOf(text: string, type: string): string | null {
  if (text === 'NULL') return null
  if (text.startsWith("'"))
    return text
      .slice(1, -1)
      .replaceAll("''", "'")
      .replaceAll(String.raw`\n`, '\n')
      .replaceAll('\\\\', '\\')
  if (type.startsWith('DECIMAL')) return plainDecimal(text)
  return text
}

/** 0E-7 and 1.5E+3 without their exponents. */
export function plainDecimal(text: string): string {
  const [, sign, whole, fraction = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text) ?? []
  if (whole === undefined || exponent === undefined) return text
  const shift = Number(exponent)
  const digits = whole + fraction
  const point = whole.length + shift
  if (point >= digits.length) return sign + digits.padEnd(point, '0')
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
  return `${sign}0.${'0'.repeat(-point)}${digits}`
}
