/** A few numbers in a checkpoint: counters, times. */
import type { StateReader, StateWriter } from '../state/snapshot.ts'

export function writeNumbers(writer: StateWriter, name: string, numbers: ArrayLike<number>): void {
  writer.section(name, new Uint8Array(Float64Array.from(numbers).buffer))
}

export function readNumbers(reader: StateReader, name: string): Float64Array | undefined {
  const bytes = reader.section(name)
  return bytes === undefined ? undefined : new Float64Array(bytes.slice().buffer)
}
