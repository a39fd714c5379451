import type { ScalarFunction } from '../function.ts'

export const temporalFunctions: readonly ScalarFunction[] = []
