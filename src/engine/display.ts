/** Rows as text, the way CAST AS STRING writes values: what tables and CSV show a person. */
import type { Schema } from '../data/type.ts'
import { types } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { implementCast } from '../expr/cast.ts'
import type { SessionFacts } from '../expr/function.ts'

/** Each value as text; NULL as undefined. */
export function rowTexts(schema: Schema, session: SessionFacts): (row: readonly Value[]) => (string | undefined)[] {
  const casts = schema.map(field => implementCast(field.type, types.string(), { safe: false, session }))
  return row => row.map((value, i) => (value === null ? undefined : (casts[i]!(value) as string)))
}
