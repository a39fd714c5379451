/**
 * Runs conformance cases: npm run conformance [-- DIR] [--failures] [--only TEXT] [--accept]
 *
 * Prints a line per file, `flink-functions.jsonl: P passed, F failed, U not supported`. A case that is in
 * `test/conformance/passing.txt` and does not pass makes the run fail; `--accept` writes that list anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Case, type Verdict, judge } from './case.ts'
import { functionCase } from './functions.ts'
import { programCase } from './programs.ts'
import { aggregateCase, queryCase } from './queries.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const passingList = join(root, 'test/conformance/passing.txt')

const options = {
  failures: { type: 'boolean' },
  unsupported: { type: 'boolean' },
  accept: { type: 'boolean' },
  only: { type: 'string' },
} as const
const { values: flags, positionals } = parseArgs({ allowPositionals: true, options })
const directory = positionals[0] ?? join(root, '../shared/conformance')
const functionTables = join(directory, 'flink-function-tables.json')

// oxlint-disable-next-line typescript/no-explicit-any
const suites: Readonly<Record<string, (given: any) => Case>> = {
  'flink-functions.jsonl': functionCase(existsSync(functionTables) ? JSON.parse(readFileSync(functionTables, 'utf8')) : {}),
  'flink-aggregates.jsonl': aggregateCase,
  'flink-programs.jsonl': programCase,
  'flink-queries-batch.jsonl': queryCase,
  'flink-queries-stream.jsonl': queryCase,
}

const expectedToPass = new Set(existsSync(passingList) ? readFileSync(passingList, 'utf8').split('\n').filter(Boolean) : [])
const passing: string[] = []
const broken: string[] = []
let total = 0

for (const [file, suite] of Object.entries(suites)) {
  const path = join(directory, file)
  if (!existsSync(path)) continue
  const counts = { passed: 0, failed: 0, unsupported: 0 }
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.trim() === '') continue
    const given = suite(JSON.parse(line))
    const id = `${basename(file, '.jsonl')}/${given.id}`
    if (flags.only !== undefined && !id.includes(flags.only) && !given.sql.includes(flags.only)) continue
    const verdict = await withLimit(given)
    total += 1
    counts[verdict.kind] += 1
    if (verdict.kind === 'passed') passing.push(id)
    else if (expectedToPass.has(id)) broken.push(id)
    if ((flags.failures && verdict.kind === 'failed') || (flags.unsupported && verdict.kind === 'unsupported'))
      report(id, given, verdict)
  }
  console.log(`${file}: ${counts.passed} passed, ${counts.failed} failed, ${counts.unsupported} not supported`)
}

if (flags.accept && flags.only !== undefined) throw new Error('--accept lists all cases that pass, so it goes without --only')
if (flags.accept) writeFileSync(passingList, `${passing.toSorted().join('\n')}\n`)
for (const id of broken) console.log(`passed before and does not now: ${id}`)
if (total === 0) console.log(`no cases found in ${directory}`)
process.exitCode = total === 0 || (broken.length > 0 && !flags.accept) ? 1 : 0

/** A case that hangs is a failed one. */
async function withLimit(given: Case): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Verdict>(resolve => {
    timer = setTimeout(() => resolve({ kind: 'failed', expected: 'an end', got: 'none within 20 s' }), 20_000)
  })
  const verdict = await Promise.race([judge(given), late])
  clearTimeout(timer)
  return verdict
}

function report(id: string, given: Case, verdict: Verdict): void {
  console.log(`\n${id}\n  sql       ${given.sql.replaceAll('\n', '\n            ')}`)
  if (verdict.kind === 'failed') console.log(`  expected  ${verdict.expected}`)
  if (verdict.kind !== 'passed') console.log(`  got       ${verdict.got}`)
}
