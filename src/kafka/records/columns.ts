/**
 * Keys or values of a view as a format's decoder takes them: `decode(bytes, starts, ends, count, place)`.
 *
 *     values      5 NULL 7        starts [ 10  −1  20 ]
 *     present     5 7             starts [ 10  20 ]   rows [ 0 2 ]
 *
 * Where nothing is null these are the view's own arrays. Nulls (tombstones) are not for decoders: `rows` says which
 * records those that are left belong to.
 */
import type { RecordsView } from './record-reader.ts'

export interface Slices {
  readonly count: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** The record of each slice; undefined where slice i is record i. */
  readonly rows: Int32Array | undefined
}

/** Reused: what it answered is valid until it is asked again. */
export class PresentSlices {
  #starts = new Int32Array(0)
  #ends = new Int32Array(0)
  #rows = new Int32Array(0)

  keysOf(view: RecordsView): Slices {
    return this.#present(view.keyStarts, view.keyEnds, view.count)
  }

  valuesOf(view: RecordsView): Slices {
    return this.#present(view.valueStarts, view.valueEnds, view.count)
  }

  #present(starts: Int32Array, ends: Int32Array, records: number): Slices {
    let row = 0
    while (row < records && starts[row]! >= 0) row++
    if (row === records) return { count: records, starts, ends, rows: undefined }
    if (this.#rows.length < records) {
      this.#starts = new Int32Array(records)
      this.#ends = new Int32Array(records)
      this.#rows = new Int32Array(records)
    }
    let count = 0
    for (row = 0; row < records; row++) {
      if (starts[row]! < 0) continue
      this.#starts[count] = starts[row]!
      this.#ends[count] = ends[row]!
      this.#rows[count] = row
      count++
    }
    return { count, starts: this.#starts, ends: this.#ends, rows: this.#rows }
  }
}
