/**
 * The codes of Zstandard's sequences (RFC 8878, 3.1.1.3.2): what they stand for, and how likely they are where a block
 * does not say.
 */
import { type FseTable, fseTable } from './zstd-tables.ts'

const numbers = (text: string): Int8Array => Int8Array.from(text.split(' '), Number)

/** A code of a length stands for its base and as many bits more. */
export const LITERAL_BITS: Int8Array = numbers('0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 2 2 3 3 4 6 7 8 9 10 11 12 13 14 15 16')
export const LITERAL_BASES: Int32Array = basesOf(LITERAL_BITS, 0)
export const MATCH_BITS: Int8Array = numbers(
  '0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 2 2 3 3 4 4 5 7 8 9 10 11 12 13 14 15 16',
)
export const MATCH_BASES: Int32Array = basesOf(MATCH_BITS, 3)

function basesOf(bits: Int8Array, first: number): Int32Array {
  const bases = new Int32Array(bits.length)
  for (let code = 0, base = first; code < bits.length; code++) {
    bases[code] = base
    base += 1 << bits[code]!
  }
  return bases
}

export interface CodeKind {
  readonly predefined: FseTable
  readonly maxLog: number
  readonly maxSymbol: number
}

export const literalLengths: CodeKind = {
  predefined: fseTable(numbers('4 3 2 2 2 2 2 2 2 2 2 2 2 1 1 1 2 2 2 2 2 2 2 2 2 3 2 1 1 1 1 1 -1 -1 -1 -1'), 6),
  maxLog: 9,
  maxSymbol: 35,
}

export const offsets: CodeKind = {
  predefined: fseTable(numbers('1 1 1 1 1 1 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1 -1 -1 -1 -1'), 5),
  maxLog: 8,
  maxSymbol: 31,
}

export const matchLengths: CodeKind = {
  predefined: fseTable(
    numbers('1 4 3 2 2 2 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1 -1 -1 -1 -1 -1 -1'),
    6,
  ),
  maxLog: 9,
  maxSymbol: 52,
}
