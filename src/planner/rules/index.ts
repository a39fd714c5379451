/** The rules in the order they are tried. */
import type { Rule } from './rule.ts'

export const rules: readonly Rule[] = []
