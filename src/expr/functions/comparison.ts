import type { ScalarFunction } from '../function.ts'

export const comparisonFunctions: readonly ScalarFunction[] = []
