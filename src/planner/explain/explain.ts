/**
 * The text of EXPLAIN: Flink's three sections, and ours where they are asked for.
 *
 *     == Abstract Syntax Tree ==             the logical plan as bound
 *     == Optimized Physical Plan ==          with CHANGELOG_MODE: changelogMode=[I,UA,D] on every node
 *     == Optimized Execution Plan ==         shared nodes once
 *     == State ==                            STATE: what each operator keeps, and what bounds it
 *     == Rules ==                            RULES: the logical plan after every rule that changed it
 */
import { printSchema } from '../../data/type.ts'
import type { SessionFacts } from '../../expr/function.ts'
import type * as ast from '../../sql/ast.ts'
import type { ChangeKinds, PhysicalPlan } from '../physical/plan.ts'
import { planJob } from '../physical/job.ts'
import type { BoundJob, PhysicalJob, PlanOptions } from '../bound.ts'
import { optimize } from '../rules/optimize.ts'
import { logicalText } from './logical-text.ts'
import { duration, summarize } from './node-text.ts'
import { drawShared, drawTree } from './tree.ts'

const section = (title: string, text: string): string => `== ${title} ==\n${text}\n`

export function explain(
  bound: BoundJob,
  options: PlanOptions,
  session: SessionFacts,
  details: readonly ast.ExplainDetail[],
): string {
  const job = planJob(bound, options, session, { collect: false })
  const withModes = details.includes('CHANGELOG_MODE')
  const roots = rootsOf(job)
  const sections = [
    section('Abstract Syntax Tree', bound.outputs.map(o => logicalText(o.plan)).join('\n\n')),
    section('Optimized Physical Plan', roots.map(r => physicalText(r, withModes)).join('\n\n')),
    section('Optimized Execution Plan', drawShared(roots, summarize, inputsOf)),
  ]
  if (details.includes('STATE')) sections.push(section('State', stateText(job)))
  if (details.includes('RULES')) sections.push(section('Rules', rulesText(bound, options, session)))
  return sections.join('\n')
}

/** A query is shown without the sink that collects it. */
export const rootsOf = (job: PhysicalJob): readonly PhysicalPlan[] =>
  job.sinks.map(sink => (sink.target.kind === 'collect' ? sink.inputs[0]! : sink))

const inputsOf = (node: PhysicalPlan): readonly PhysicalPlan[] => node.inputs

export const physicalText = (root: PhysicalPlan, withModes: boolean): string =>
  drawTree(root, node => (withModes ? withMode(node) : summarize(node)), inputsOf)

function withMode(node: PhysicalPlan): string {
  const text = summarize(node)
  const mode = `changelogMode=[${node.kind === 'Sink' ? 'NONE' : modeText(node.traits.changes)}]`
  return text.endsWith('()') ? `${text.slice(0, -1)}${mode})` : `${text.slice(0, -1)}, ${mode})`
}

/** `I,UB,UA,D` */
export const modeText = (changes: ChangeKinds): string =>
  ['I', ...(changes.updateBefore ? ['UB'] : []), ...(changes.updateAfter ? ['UA'] : []), ...(changes.delete ? ['D'] : [])].join(
    ',',
  )

/** `GroupAggregate  groups  user STRING → total BIGINT  one row per group, forever` */
export function stateText(job: PhysicalJob): string {
  const seen = new Set<PhysicalPlan>()
  const lines: string[] = []
  const walk = (node: PhysicalPlan): void => {
    if (seen.has(node)) return
    seen.add(node)
    for (const input of node.inputs) walk(input)
    for (const table of node.state) {
      const ttl = table.ttlMs === undefined ? '' : `, TTL ${duration(table.ttlMs)}`
      const key = printSchema(table.key)
      lines.push(`${node.kind}  ${table.name}  ${key === '' ? '()' : key} → ${printSchema(table.value)}  ${table.bound}${ttl}`)
    }
  }
  for (const sink of job.sinks) walk(sink)
  return lines.length === 0 ? 'none' : lines.join('\n')
}

function rulesText(bound: BoundJob, options: PlanOptions, session: SessionFacts): string {
  const steps: string[] = []
  for (const output of bound.outputs) {
    optimize(output.plan, { options, session }, (rule, plan) => steps.push(`-- ${rule}\n${logicalText(plan)}`))
  }
  return steps.length === 0 ? 'no rule changed the plan' : steps.join('\n')
}
