/**
 * All scalar functions by name. A family is one file that exports a list; a name stands in one list only, with all its
 * overloads inside `resolve`.
 */
import { InvariantError } from '../../base/errors.ts'
import type { ScalarFunction } from '../function.ts'
import { arithmeticFunctions } from './arithmetic.ts'
import { collectionFunctions } from './collection.ts'
import { comparisonFunctions } from './comparison.ts'
import { conditionalFunctions } from './conditional.ts'
import { hashFunctions } from './hash.ts'
import { jsonFunctions } from './json.ts'
import { logicalFunctions } from './logical.ts'
import { mathFunctions } from './math.ts'
import { regexpFunctions } from './regexp.ts'
import { stringFunctions } from './string.ts'
import { temporalFunctions } from './temporal.ts'

export const scalarFunctions: readonly ScalarFunction[] = [
  ...arithmeticFunctions,
  ...comparisonFunctions,
  ...logicalFunctions,
  ...conditionalFunctions,
  ...mathFunctions,
  ...stringFunctions,
  ...regexpFunctions,
  ...hashFunctions,
  ...jsonFunctions,
  ...collectionFunctions,
  ...temporalFunctions,
]

const byName = new Map<string, ScalarFunction>()
for (const entry of scalarFunctions) {
  if (byName.has(entry.name)) throw new InvariantError(`the function ${entry.name} is listed twice`)
  byName.set(entry.name, entry)
}

/** The function of this name, in any case; undefined when there is none. */
export const findFunction = (name: string): ScalarFunction | undefined => byName.get(name.toUpperCase())
