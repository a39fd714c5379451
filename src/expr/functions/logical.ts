import type { ScalarFunction } from '../function.ts'

export const logicalFunctions: readonly ScalarFunction[] = []
