/**
 * From plan nodes to running operators: one entry per kind, so that a kind without an operator does not compile. Scans and
 * VALUES are sources, which the job is handed; what stands before a sink is built here, the sink itself is the job's.
 */
import type { PhysicalKind, PhysicalOf, PhysicalPlan } from '../../planner/physical/plan.ts'
import type { Operator } from '../dataflow/operator.ts'
import type { OperatorContext } from './context.ts'
import { Calc } from './calc.ts'
import { ChangelogNormalize } from './changelog-normalize.ts'
import { ConstraintEnforcer } from './constraint-enforcer.ts'
import { DropUpdateBefore } from './drop-update-before.ts'
import { GroupAggregate } from './group-aggregate.ts'
import { Expand } from './expand.ts'
import { Join } from './join.ts'
import { Limit } from './limit.ts'
import { NotNullEnforcer } from './not-null-enforcer.ts'
import { PassThrough } from './pass-through.ts'
import { SinkUpsertMaterializer } from './sink-upsert-materializer.ts'
import { Sort } from './sort.ts'
import { TemporalSort } from './temporal-sort.ts'
import { TopN } from './top-n.ts'
import { Union } from './union.ts'
import { WindowAggregate } from './window-aggregate.ts'
import { WindowTableFunction } from './window-table-function.ts'
import { WatermarkAssigner } from './watermark-assigner.ts'

/** A node may need several operators, one behind the other, or none. */
type Factory<K extends PhysicalKind> = (node: PhysicalOf<K>, context: OperatorContext) => readonly Operator[]

const factories = {
  TableSourceScan: () => [],
  Values: () => [],
  WatermarkAssigner: (node, context) => [new WatermarkAssigner(node, context)],
  Calc: (node, context) => [new Calc(node, context)],
  Exchange: () => [new PassThrough()],
  GroupAggregate: (node, context) => [new GroupAggregate(node, context)],
  WindowTableFunction: (node, context) => [new WindowTableFunction(node, context)],
  WindowAggregate: (node, context) => [new WindowAggregate(node, context)],
  Join: (node, context) => [new Join(node, context)],
  Union: (node, context) => [new Union(node, context)],
  Sort: (node, context) => [
    node.emit === 'at-end' && node.limit === undefined
      ? new Sort(node, context)
      : new TopN({ ...node, updateBefore: node.traits.changes.updateBefore }, context),
  ],
  TemporalSort: (node, context) => [new TemporalSort(node, context)],
  Limit: (node, context) => [
    node.retracting ? new TopN({ ...node, by: [], emit: 'per-row' }, context) : new Limit(node, context),
  ],
  ChangelogNormalize: (node, context) => [new ChangelogNormalize(node, context)],
  DropUpdateBefore: (node, context) => [new DropUpdateBefore(node, context)],
  Expand: (node, context) => [new Expand(node, context)],
  Sink: (node, context) => [
    ...(node.notNull.length > 0 ? [new NotNullEnforcer(node, context)] : []),
    ...(node.constraints !== undefined ? [new ConstraintEnforcer(node, context)] : []),
    ...(node.upsertMaterialize ? [new SinkUpsertMaterializer(node, context)] : []),
  ],
} as const satisfies { readonly [K in PhysicalKind]: Factory<K> }

/** The operators of a node, in the order rows pass them; none for sources. For a sink: what stands before it. */
export function buildOperators(node: PhysicalPlan, context: OperatorContext): readonly Operator[] {
  return (factories[node.kind] as Factory<PhysicalKind>)(node, context)
}
