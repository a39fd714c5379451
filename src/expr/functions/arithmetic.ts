import type { ScalarFunction } from '../function.ts'

export const arithmeticFunctions: readonly ScalarFunction[] = []
