/** A bound job → the job that runs: rules, then physical nodes, then who says -U. */
import type { SessionFacts } from '../../expr/function.ts'
import type { BoundJob, PhysicalJob, PlanOptions } from '../bound.ts'
import { optimizeJob } from '../rules/optimize.ts'
import { Converter } from './convert.ts'
import { convertSink } from './sink.ts'
import { type SinkWishes, inferUpdateBefore } from './update-before.ts'

/** `collect` is false for EXPLAIN of a query, which shows the plan nobody asked -U of. */
export function planJob(
  bound: BoundJob,
  options: PlanOptions,
  session: SessionFacts,
  { collect }: { readonly collect: boolean } = { collect: true },
): PhysicalJob {
  const converter = new Converter(options, session)
  const outputs = optimizeJob(bound.outputs, { options, session })
  const sinks = outputs.map(output => convertSink(output, converter))
  const wishes: SinkWishes = {
    collect,
    takesUpserts: ({ target }) => target.kind === 'table' && options.connectorInfo(target.table).accepts === 'upsert',
  }
  return { mode: options.mode, sinks: inferUpdateBefore(sinks, wishes) }
}
