/**
 * A table that is read several times is read once, with the columns of all.
 *
 *     Scan(t, a, b)    Scan(t, b, c)     →     Project(a, b)    Project(b, c)
 *                                                      +- Scan(t, a, b, c) -+
 */
import { identity, project } from '../logical/build.ts'
import { type LogicalOf, type LogicalPlan, inputsOfPlan, withInputs } from '../logical/plan.ts'
import { tableKey } from '../logical/table-key.ts'

type Scan = LogicalOf<'Scan'>

export function mergeScans(plans: readonly LogicalPlan[]): readonly LogicalPlan[] {
  const groups = new Map<string, Scan[]>()
  const seen = new Set<LogicalPlan>()
  for (const plan of plans) collectScans(plan, groups, seen)
  const merged = new Map<Scan, LogicalPlan>()
  for (const scans of groups.values()) mergeGroup(scans, merged)
  if (merged.size === 0) return plans
  const done = new Map<LogicalPlan, LogicalPlan>()
  return plans.map(plan => replace(plan, merged, done))
}

function collectScans(plan: LogicalPlan, into: Map<string, Scan[]>, seen: Set<LogicalPlan>): void {
  if (seen.has(plan)) return
  seen.add(plan)
  if (plan.kind === 'Scan') {
    const key = JSON.stringify([tableKey(plan.table), plan.limit])
    const known = into.get(key)
    if (known === undefined) into.set(key, [plan])
    else known.push(plan)
  }
  for (const input of inputsOfPlan(plan)) collectScans(input, into, seen)
}

function mergeGroup(scans: readonly Scan[], into: Map<Scan, LogicalPlan>): void {
  const [first] = scans
  const read = new Map(scans.flatMap(s => s.schema.map(c => [c.name, c] as const)))
  if (scans.every(s => s.schema.length === read.size)) return
  const whole = first!.table.columns.flatMap(c => read.get(c.name) ?? [])
  const order = [...whole, ...[...read.values()].filter(c => !whole.includes(c))]
  const sources = new Map(
    scans.flatMap(s => s.schema.map((c, i) => [c.name, s.source?.[i] ?? { column: c.name, path: [] }] as const)),
  )
  const fields = scans.some(s => s.source !== undefined)
  const wide: Scan = { ...first!, schema: order, source: fields ? order.map(c => sources.get(c.name)!) : undefined }
  for (const scan of scans) {
    if (scan.schema.length === read.size) {
      into.set(scan, wide)
      continue
    }
    const all = identity(wide.schema)
    const exprs = scan.schema.map(c => all[order.findIndex(o => o.name === c.name)]!)
    into.set(
      scan,
      project(
        wide,
        exprs,
        scan.schema.map(c => c.name),
      ),
    )
  }
}

function replace(plan: LogicalPlan, merged: ReadonlyMap<Scan, LogicalPlan>, done: Map<LogicalPlan, LogicalPlan>): LogicalPlan {
  const known = done.get(plan)
  if (known !== undefined) return known
  const inputs = inputsOfPlan(plan).map(input => replace(input, merged, done))
  const result = plan.kind === 'Scan' ? (merged.get(plan) ?? plan) : withInputs(plan, inputs)
  done.set(plan, result)
  return result
}
