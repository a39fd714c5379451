/** What every operator is built with, besides its plan node: `new GroupAggregate(node, context)`. */
import type { Clock } from '../../base/clock.ts'
import type { BufferPool } from '../../data/pool.ts'
import type { SessionFacts } from '../../expr/function.ts'
import type { MemoryBudget } from '../state/memory-budget.ts'

export interface OperatorContext {
  /** The operator's name in errors, metrics and generated files: `group-aggregate-3`. A plain path. */
  readonly name: string
  readonly pool: BufferPool
  readonly session: SessionFacts
  readonly memory: MemoryBudget
  readonly clock: Clock
  /** `pipeline.auto-watermark-interval`; 200 ms unless it is set, 0 for a watermark per row. */
  readonly watermarkIntervalMs?: number
  /** Told of every piece of code generated for this operator, so that EXPLAIN CODEGEN can list it. */
  onCompiled(compiled: { readonly name: string; readonly source: string }): void
}
