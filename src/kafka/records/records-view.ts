/** Where the records of a batch lie in its bytes, as columns. `RecordReader` fills them. */

const NOTHING: Uint8Array = new Uint8Array(0)

/** The places are valid until its reader's next `read`, `fill` or `clear`; `bytes` stays as it is while someone holds it. */
export interface RecordsView {
  readonly count: number
  /** What all places point into: the batch's own bytes, or what they unpack to. */
  readonly bytes: Uint8Array
  readonly offsets: Float64Array
  /** Of a LogAppendTime batch its max timestamp, for all records. */
  readonly timestamps: Float64Array
  /** −1: there is no key. Then its end is −1 too. */
  readonly keyStarts: Int32Array
  readonly keyEnds: Int32Array
  readonly valueStarts: Int32Array
  readonly valueEnds: Int32Array
  readonly headerCounts: Int32Array
  /** Where the first header starts, or would; the record's end is where the last one ends. */
  readonly headerStarts: Int32Array
  readonly ends: Int32Array
}

/** The arrays of a view, as long as they ever had to be. */
export class RecordColumns implements RecordsView {
  count = 0
  bytes: Uint8Array = NOTHING
  offsets = new Float64Array(0)
  timestamps = new Float64Array(0)
  keyStarts = new Int32Array(0)
  keyEnds = new Int32Array(0)
  valueStarts = new Int32Array(0)
  valueEnds = new Int32Array(0)
  headerCounts = new Int32Array(0)
  headerStarts = new Int32Array(0)
  ends = new Int32Array(0)

  reserve(rows: number): void {
    if (rows <= this.ends.length) return
    const length = Math.max(rows, 2 * this.ends.length, 64)
    this.offsets = longerFloats(this.offsets, length)
    this.timestamps = longerFloats(this.timestamps, length)
    this.keyStarts = longerInts(this.keyStarts, length)
    this.keyEnds = longerInts(this.keyEnds, length)
    this.valueStarts = longerInts(this.valueStarts, length)
    this.valueEnds = longerInts(this.valueEnds, length)
    this.headerCounts = longerInts(this.headerCounts, length)
    this.headerStarts = longerInts(this.headerStarts, length)
    this.ends = longerInts(this.ends, length)
  }
}

function longerInts(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length)
  longer.set(values)
  return longer
}

function longerFloats(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length)
  longer.set(values)
  return longer
}
