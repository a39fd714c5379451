/** What was found out about a file: columns, and the options of its format without their prefix. */
import type { Schema } from '../../data/type.ts'

export interface Inferred {
  readonly schema: Schema
  readonly options: Readonly<Record<string, string>>
}

/** The beginning of a file; `whole` when it is all of it. Otherwise its last record may be cut off. */
export interface Sample {
  /** As errors name it. */
  readonly name: string
  readonly bytes: Uint8Array
  readonly whole: boolean
}

/** No more records are looked at. */
export const SAMPLE_RECORDS = 10_000
