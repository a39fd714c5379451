/** What a row does to the table it belongs to. The numbers are Flink's, on the wire and in a chunk's `kinds`. */
export const RowKind = { Insert: 0, UpdateBefore: 1, UpdateAfter: 2, Delete: 3 } as const
export type RowKind = (typeof RowKind)[keyof typeof RowKind]

/** By row kind: how it is written everywhere. */
export const rowKindText = ['+I', '-U', '+U', '-D'] as const

/** True for -U and -D, which take a row away. The test is one bit: both are odd. */
export const retracts = (kind: number): boolean => (kind & 1) === 1
