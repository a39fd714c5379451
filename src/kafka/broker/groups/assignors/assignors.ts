/** The assignors that a group can ask for, by the names that clients know. */
import type { Assignor } from './assignor.ts'
import { range } from './range.ts'
import { uniform } from './uniform.ts'

export type { Assignor }

export const assignors: Readonly<Record<string, Assignor>> = { uniform, range }
