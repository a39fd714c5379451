/** The temporal functions. FLOOR and CEIL to a unit are told in `temporal-rounding.ts` and listed by `math.ts`. */
import type { ScalarFunction } from '../function.ts'
import { temporalArithmetic } from './temporal-arithmetic.ts'
import { extractFunctions } from './temporal-extract.ts'
import { clockFunctions } from './temporal-now.ts'
import { temporalText } from './temporal-text.ts'

export const temporalFunctions: readonly ScalarFunction[] = [
  ...clockFunctions,
  ...extractFunctions,
  ...temporalArithmetic,
  ...temporalText,
]
