/** What a join asks of a pair beyond equal keys, as generated code bound to arrays of a chunk and of a store. */
import { UnsupportedError } from '../../base/errors.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/type.ts'
import type { Expr } from '../../expr/expr.ts'
import type { StateColumn } from '../state/state-column.ts'
import type { OperatorContext } from './context.ts'

export interface PairCondition {
  /** The arrays as they are now: a chunk of one side, the store of the other. */
  bind(columns: readonly Column[], store: readonly StateColumn[], chunkIsLeft: boolean): void
  /** Is the condition TRUE for a row of the chunk and a stored one? */
  holds(row: number, stored: number): boolean
}

export function pairCondition(_condition: Expr, _left: Schema, _right: Schema, _context: OperatorContext): PairCondition {
  throw new UnsupportedError('a join with a further condition')
}
