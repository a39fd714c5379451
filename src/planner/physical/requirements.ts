/** Consumers that take inserts only, and Flink's sentence when they are given more. */
import { SqlError } from '../../base/errors.ts'
import { summarize } from '../explain/node-text.ts'
import { isInsertOnly } from './changes.ts'
import type { PhysicalPlan } from './plan.ts'

/** Fails unless the node's rows are never updated or deleted; names the node that makes the changes. */
export function requireInsertOnly(node: PhysicalPlan, consumer: string): void {
  if (isInsertOnly(node.traits.changes)) return
  const { updateAfter, delete: deletes } = node.traits.changes
  const kinds = updateAfter && deletes ? 'update and delete' : updateAfter ? 'update' : 'delete'
  const producer = summarize(producerOf(node))
  throw new SqlError(
    'CHANGES_REFUSED',
    `${consumer} doesn't support consuming ${kinds} changes which is produced by node ${producer}`,
  )
}

/** The node the changes come from: what only passes them on is passed by. */
function producerOf(node: PhysicalPlan): PhysicalPlan {
  switch (node.kind) {
    case 'Calc':
    case 'Exchange':
    case 'Expand':
    case 'Union':
    case 'WatermarkAssigner':
    case 'WindowTableFunction': {
      const changing = node.inputs.find(i => !isInsertOnly(i.traits.changes))
      return changing === undefined ? node : producerOf(changing)
    }
    default:
      return node
  }
}
