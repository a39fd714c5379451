/** Small questions about the streams nodes produce. */
import type { Columns } from '../logical/plan.ts'
import type { ChangeKinds, PhysicalPlan } from './plan.ts'

export const ALL_CHANGES: ChangeKinds = { updateBefore: true, updateAfter: true, delete: true }

export const isInsertOnly = (changes: ChangeKinds): boolean => !changes.updateAfter && !changes.delete

export const unionOf = (all: readonly ChangeKinds[]): ChangeKinds => ({
  updateBefore: all.some(c => c.updateBefore),
  updateAfter: all.some(c => c.updateAfter),
  delete: all.some(c => c.delete),
})

/** The schema of a node with its time attributes, as a logical schema. */
export const columnsOf = (node: PhysicalPlan): Columns =>
  node.schema.map(({ name, type }, i) => ({
    name,
    type,
    time: node.traits.rowtime.includes(i) ? 'rowtime' : node.traits.proctime.includes(i) ? 'proctime' : undefined,
  }))
