/**
 * Golden plans: what a statement means, how it runs, and what it keeps.
 *
 *     -- why this plan is worth looking at
 *     mode batch                 streaming unless said
 *     set table.exec.state.ttl = 1 h
 *     sql
 *     SELECT …
 *     logical · rules · physical · state · error      written by the test: `npm test -- -u` rewrites them
 *
 * `rules` names the rules that changed the plan; every rule must be named somewhere.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SqlError } from '#src/base/errors.ts'
import { Catalogs } from '#src/catalog/catalogs.ts'
import type { TableEntry } from '#src/catalog/table.ts'
import type { SessionFacts } from '#src/expr/function.ts'
import { physicalText, rootsOf, stateText } from '#src/planner/explain/explain.ts'
import { logicalText } from '#src/planner/explain/logical-text.ts'
import { planJob } from '#src/planner/physical/job.ts'
import type { BoundJob, ConnectorInfo, Mode, PlanOptions } from '#src/planner/bound.ts'
import { Planner } from '#src/planner/planner.ts'
import { rules } from '#src/planner/rules/index.ts'
import { optimize } from '#src/planner/rules/optimize.ts'
import { parseScript } from '#src/sql/parser.ts'

const session: SessionFacts = {
  zone: 'UTC',
  legacyCast: false,
  database: 'default_database',
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0.5,
}

function connectorInfo({ options }: TableEntry): ConnectorInfo {
  const changes = (options['changes'] ?? '').split(',')
  return {
    bounded: options['bounded'] !== 'false',
    accepts: options['accepts'] as ConnectorInfo['accepts'],
    changes: { updateBefore: changes.includes('UB'), updateAfter: changes.includes('UA'), delete: changes.includes('D') },
    metadata: [],
  }
}

const folder = new URL('plans/', import.meta.url).pathname
const files = readdirSync(folder).filter(f => f.endsWith('.plan'))

test.each(files)('%s', async file => {
  const { header, sql, mode, config } = parse(readFileSync(`${folder}${file}`, 'utf8'))
  const blocks = plan(sql, mode, config).map(([name, text]) => `${name}\n${text}\n`)
  await expect(`${header}sql\n${sql}\n${blocks.join('')}`).toMatchFileSnapshot(`${folder}${file}`)
})

test('every rule has a plan that shows it', () => {
  const shown = files.flatMap(f => /^rules\n(.*)$/m.exec(readFileSync(`${folder}${f}`, 'utf8'))?.[1]!.split(', ') ?? [])
  expect(rules.map(r => r.name).filter(name => !shown.includes(name))).toEqual([])
})

function parse(text: string) {
  const [, header, rest] = /^((?:--.*\n|mode .*\n|set .*\n)*)sql\n([^]*)$/.exec(text)!
  const sql = rest!.split(/^(?:logical|error)$/m)[0]!.trimEnd()
  const settings = [...header!.matchAll(/^set (\S+) = (.*)$/gm)].map(m => [m[1]!, m[2]!] as const)
  return { header: header!, sql, mode: (/^mode (.*)$/m.exec(header!)?.[1] ?? 'streaming') as Mode, config: new Map(settings) }
}

function plan(sql: string, mode: Mode, config: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const catalogs = new Catalogs()
  const planner = new Planner(catalogs, session)
  const options: PlanOptions = { mode, config, connectorInfo }
  run(readFileSync(`${folder}tables.sql`, 'utf8'), planner, catalogs)
  try {
    const bound = run(sql, planner, catalogs)
    const changed: string[] = []
    for (const { plan } of bound.outputs) optimize(plan, { options, session }, rule => changed.push(rule))
    const collect = bound.outputs.some(o => o.target.kind === 'table')
    const job = planJob(bound, options, session, { collect })
    return [
      ['logical', bound.outputs.map(o => logicalText(o.plan)).join('\n')],
      ['rules', [...new Set(changed)].join(', ')],
      [
        'physical',
        rootsOf(job)
          .map(r => physicalText(r, mode === 'streaming'))
          .join('\n'),
      ],
      ['state', stateText(job)],
    ]
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return [['error', `${error.code}\n${error.describe()}`]]
  }
}

/** Runs what defines tables and views; answers the last statement that reads or writes rows, bound. */
function run(sql: string, planner: Planner, catalogs: Catalogs): BoundJob {
  let bound: BoundJob = { outputs: [], sources: [], schema: [] }
  for (const statement of parseScript(sql)) {
    if (statement.kind === 'create-table') catalogs.create(planner.bindCreateTable(statement, sql).entry)
    else if (statement.kind === 'create-view') catalogs.create(planner.bindCreateView(statement, sql))
    else if (statement.kind === 'query') bound = planner.bindQuery(statement, sql)
    else if (statement.kind === 'insert') bound = planner.bindInserts([statement], sql)
    else if (statement.kind === 'statement-set') bound = planner.bindInserts(statement.statements, sql)
    else throw new Error(`a plan test does not run ${statement.kind}`)
  }
  return bound
}
