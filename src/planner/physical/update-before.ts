/**
 * Which nodes say -U: decided from the sinks down, as Flink's FlinkChangelogModeInferenceProgram does.
 *
 *     Sink (upsert by user)            takes +U alone
 *     +- Calc
 *        +- GroupAggregate(by user)    so no -U is made here
 *           +- GroupAggregate          but here it is: an aggregate takes the old value away
 *
 * A filter needs -U: the new row may not pass where the old one did. A join needs it on a side whose rows are not known
 * by the join key. The result has ids in the order in which inputs come first.
 */
import { isInsertOnly } from './changes.ts'
import { isContained } from './keys.ts'
import type { PhysicalOf, PhysicalPlan } from './plan.ts'

type Sink = PhysicalOf<'Sink'>

export interface SinkWishes {
  /** Whether the caller who asked for the rows wants to see -U. */
  readonly collect: boolean
  /** Whether a sink replaces rows by key and is content with +U. */
  takesUpserts(sink: Sink): boolean
}

export function inferUpdateBefore(sinks: readonly Sink[], wishes: SinkWishes): readonly Sink[] {
  const wanted = new Set<PhysicalPlan>()
  const seen = new Map<PhysicalPlan, boolean>()
  const want = (node: PhysicalPlan, before: boolean): void => {
    const known = seen.get(node)
    if (known === true || known === before) return
    seen.set(node, before)
    if (before) wanted.add(node)
    node.inputs.forEach((input, i) => want(input, needsBefore(node, i, before, wishes)))
  }
  for (const sink of sinks) want(sink, false)
  return rebuild(sinks, wanted, wishes)
}

function needsBefore(node: PhysicalPlan, input: number, wanted: boolean, wishes: SinkWishes): boolean {
  switch (node.kind) {
    case 'Sink':
      return sinkNeedsBefore(node, wishes)
    case 'GroupAggregate':
    case 'WindowAggregate':
    case 'Sort':
    case 'Limit':
    case 'TemporalSort':
      return true
    case 'ChangelogNormalize':
      return node.inputs[0]!.traits.changes.updateBefore
    case 'DropUpdateBefore':
      return false
    case 'Join':
      return wanted || !isKnownByJoinKey(node, input)
    default:
      return wanted
  }
}

function isKnownByJoinKey(join: PhysicalOf<'Join'>, side: number): boolean {
  const unique = side === 0 ? join.leftUnique : join.rightUnique
  return unique !== undefined && isContained(unique, side === 0 ? join.leftKeys : join.rightKeys)
}

function sinkNeedsBefore(sink: Sink, wishes: SinkWishes): boolean {
  if (sink.target.kind === 'collect') return wishes.collect || !worksWithoutBefore(sink.inputs[0]!)
  return !wishes.takesUpserts(sink) || sink.upsertMaterialize || !worksWithoutBefore(sink.inputs[0]!)
}

/** True when the stream below means the same with its -U left out. */
function worksWithoutBefore(node: PhysicalPlan): boolean {
  if (isInsertOnly(node.traits.changes)) return true
  switch (node.kind) {
    case 'Calc':
      return node.condition === undefined && worksWithoutBefore(node.inputs[0]!)
    case 'Join':
      return node.inputs.every(
        (input, i) => isInsertOnly(input.traits.changes) || (isKnownByJoinKey(node, i) && worksWithoutBefore(input)),
      )
    case 'Limit':
      return false
    case 'Exchange':
    case 'Expand':
    case 'Union':
    case 'WatermarkAssigner':
    case 'WindowTableFunction':
      return node.inputs.every(worksWithoutBefore)
    default:
      return true
  }
}

/** The plan again with what was found, each node once, numbered with inputs before their consumers. */
function rebuild(sinks: readonly Sink[], wanted: ReadonlySet<PhysicalPlan>, wishes: SinkWishes): readonly Sink[] {
  const made = new Map<PhysicalPlan, PhysicalPlan>()
  let nextId = 1
  const withBefore = (node: PhysicalPlan, updateBefore: boolean): PhysicalPlan => ({
    ...node,
    id: nextId++,
    traits: { ...node.traits, changes: { ...node.traits.changes, updateBefore } },
  })
  const drop = (input: PhysicalPlan): PhysicalPlan => ({
    kind: 'DropUpdateBefore',
    id: nextId++,
    inputs: [input],
    schema: input.schema,
    state: [],
    traits: { ...input.traits, changes: { ...input.traits.changes, updateBefore: false } },
  })
  const remake = (node: PhysicalPlan): PhysicalPlan => {
    const known = made.get(node)
    if (known !== undefined) return known
    let inputs = node.inputs.map(remake)
    if (node.kind === 'Sink' && !sinkNeedsBefore(node, wishes)) {
      inputs = inputs.map(input => (input.traits.changes.updateBefore ? drop(input) : input))
    }
    let result: PhysicalPlan = withBefore({ ...node, inputs }, saysBefore(node, inputs, wanted.has(node)))
    if (node.kind === 'TableSourceScan' && result.traits.changes.updateBefore && !wanted.has(node)) result = drop(result)
    made.set(node, result)
    return result
  }
  return sinks.map(sink => remake(sink) as Sink)
}

function saysBefore(node: PhysicalPlan, inputs: readonly PhysicalPlan[], wanted: boolean): boolean {
  switch (node.kind) {
    case 'TableSourceScan':
      return node.traits.changes.updateBefore
    case 'GroupAggregate':
    case 'ChangelogNormalize':
    case 'Sort':
      return wanted && node.traits.changes.updateAfter
    default:
      return node.traits.changes.updateAfter && inputs.some(input => input.traits.changes.updateBefore)
  }
}
