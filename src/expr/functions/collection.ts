import type { ScalarFunction } from '../function.ts'

export const collectionFunctions: readonly ScalarFunction[] = []
