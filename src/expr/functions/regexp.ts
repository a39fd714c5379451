import type { ScalarFunction } from '../function.ts'

export const regexpFunctions: readonly ScalarFunction[] = []
