/** Plan nodes for tests of operators: what a test does not speak about is filled in. */
import { parseSchema } from '../data/notation.ts'
import type { Schema } from '../data/type.ts'
import { INSERT_ONLY, type PhysicalKind, type PhysicalOf, type PhysicalPlan } from '../planner/physical/plan.ts'

type Given<K extends PhysicalKind> = Omit<PhysicalOf<K>, 'kind' | 'id' | 'inputs' | 'schema' | 'traits' | 'state'>

/** A node over inputs with the schemas `inputs`, which a test writes as text: `user STRING, amount INT`. */
export function planNode<K extends PhysicalKind>(
  kind: K,
  inputs: readonly (Schema | string)[],
  schema: Schema | string,
  given: Given<K>,
): PhysicalOf<K> {
  const node = { kind, id: 1, inputs: inputs.map(valuesNode), schema: schemaOf(schema), traits, state: [], ...given }
  return node as unknown as PhysicalOf<K>
}

const schemaOf = (schema: Schema | string): Schema => (typeof schema === 'string' ? parseSchema(schema) : schema)

const traits = { changes: INSERT_ONLY, upsertKeys: [], rowtime: [], proctime: [], bounded: true }

const valuesNode = (schema: Schema | string): PhysicalPlan => ({
  kind: 'Values',
  id: 0,
  inputs: [],
  schema: schemaOf(schema),
  traits,
  state: [],
  rows: [],
})
