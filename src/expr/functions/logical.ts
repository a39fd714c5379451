/** NOT and the tests that never answer NULL. AND and OR are expressions of their own, for they need not compute all operands. */
import { js } from '../../codegen/js.ts'
import { types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ArgShape, ScalarFunction } from '../function.ts'

const isTruth = (args: readonly ArgShape[]): boolean =>
  args.length === 1 && (args[0]!.type.kind === 'BOOLEAN' || args[0]!.type.kind === 'NULL')

const not: ScalarFunction = {
  name: 'NOT',
  signatures: ['NOT<BOOLEAN>'],
  doc: 'FALSE for TRUE and TRUE for FALSE.',
  resolve: args =>
    isTruth(args) ? { args: [types.boolean(args[0]!.type.nullable)], returns: types.boolean(args[0]!.type.nullable) } : undefined,
  nulls: 'propagate',
  implement: () => (truth: boolean) => !truth,
  inline: (_site, [truth]) => js`!${truth!.value}`,
  total: true,
  deterministic: true,
}

/** `<any type> IS [NOT] NULL`. */
const nullTest = (name: string, doc: string, test: (value: Value) => boolean): ScalarFunction => ({
  name,
  signatures: [`<ANY> ${name}`],
  doc,
  resolve: args => (args.length === 1 ? { args: [args[0]!.type], returns: types.boolean(false) } : undefined),
  nulls: 'sees',
  implement: () => test,
  deterministic: true,
})

/** `<boolean> IS [NOT] TRUE|FALSE|UNKNOWN`. */
const truthTest = (name: string, doc: string, test: (value: Value) => boolean): ScalarFunction => ({
  name,
  signatures: [`<BOOLEAN> ${name}`],
  doc,
  resolve: args => (isTruth(args) ? { args: [types.boolean(args[0]!.type.nullable)], returns: types.boolean(false) } : undefined),
  nulls: 'sees',
  implement: () => test,
  deterministic: true,
})

export const logicalFunctions: readonly ScalarFunction[] = [
  not,
  nullTest('IS NULL', 'TRUE when the value is NULL.', value => value === null),
  nullTest('IS NOT NULL', 'TRUE when the value is not NULL.', value => value !== null),
  truthTest('IS TRUE', 'TRUE for TRUE, else FALSE.', value => value === true),
  truthTest('IS NOT TRUE', 'FALSE for TRUE, else TRUE.', value => value !== true),
  truthTest('IS FALSE', 'TRUE for FALSE, else FALSE.', value => value === false),
  truthTest('IS NOT FALSE', 'FALSE for FALSE, else TRUE.', value => value !== false),
  truthTest('IS UNKNOWN', 'TRUE when it is neither TRUE nor FALSE.', value => value === null),
  truthTest('IS NOT UNKNOWN', 'TRUE when it is TRUE or FALSE.', value => value !== null),
]
