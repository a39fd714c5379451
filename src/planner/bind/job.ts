/** Bound statements that run: one query, or INSERTs that become one job. */
import type { Catalogs } from '../../catalog/catalogs.ts'
import { InvariantError } from '../../base/errors.ts'
import type { TableEntry } from '../../catalog/table.ts'
import type { SessionFacts } from '../../expr/function.ts'
import type * as ast from '../../sql/ast.ts'
import { parseStatement } from '../../sql/parser.ts'
import { type LogicalPlan, inputsOfPlan } from '../logical/plan.ts'
import { tableKey } from '../logical/table-key.ts'
import type { BoundJob, BoundOutput, Parameters } from '../bound.ts'
import type { Environment } from './environment.ts'
import { bindInnerQuery, bindTopQuery } from './query.ts'

export function environment(catalogs: Catalogs, session: SessionFacts, text: string, parameters: Parameters): Environment {
  return {
    catalogs,
    session,
    parameters,
    text,
    commonTables: new Map(),
    views: [],
    bindQuery: bindInnerQuery,
    parseQuery(sql) {
      const statement = parseStatement(sql)
      if (statement.kind !== 'query') throw new InvariantError(`the text of a view is a query, not ${statement.kind}`)
      return statement
    },
  }
}

export function bindCollect(query: ast.Query, env: Environment): BoundJob {
  const plan = bindTopQuery(query, env)
  const text = env.text.slice(query.span.start, query.span.end)
  return jobOf([{ target: { kind: 'collect' }, plan, text }])
}

export function jobOf(outputs: readonly BoundOutput[]): BoundJob {
  const sources = new Map<string, TableEntry>()
  const seen = new Set<LogicalPlan>()
  for (const { plan } of outputs) collectSources(plan, sources, seen)
  const [first] = outputs
  const schema = first?.target.kind === 'collect' ? first.plan.schema.map(({ name, type }) => ({ name, type })) : []
  return { outputs, sources: [...sources.values()], schema }
}

function collectSources(plan: LogicalPlan, into: Map<string, TableEntry>, seen: Set<LogicalPlan>): void {
  if (seen.has(plan)) return
  seen.add(plan)
  if (plan.kind === 'Scan') into.set(tableKey(plan.table), plan.table)
  for (const input of inputsOfPlan(plan)) collectSources(input, into, seen)
}
