/** The data pages of one leaf in one row group, in order. Dictionary pages are kept aside for the pages behind them. */
import type { ColumnMeta } from './metadata.ts'
import { type LeafReading, type Page, type PageDictionary, readDictionary, readPage } from './page.ts'
import type { PageBytes } from './page-bytes.ts'

export class LeafPages {
  readonly bytes: PageBytes
  readonly #reading: LeafReading
  #dictionary: PageDictionary | undefined
  /** Values that pages have not given yet, NULLs included. */
  #left: number

  constructor(bytes: PageBytes, meta: ColumnMeta, reading: LeafReading) {
    this.bytes = bytes
    this.#reading = reading
    this.#left = meta.values
  }

  /**
   * The next data page, 'end' behind the last, 'wait' when `more` must read first. A page of at most `passing` values is
   * passed over without being unpacked; its number of values is the answer.
   */
  next(passing: number): Page | number | 'end' | 'wait' {
    for (;;) {
      if (this.#left === 0) return 'end'
      const raw = this.bytes.next()
      if (raw === 'wait') return raw
      if (raw === 'end') throw this.bytes.corrupt(`the last one came ${this.#left} values too early`)
      const { header, body } = raw
      if (header.kind === 'dictionary') this.#dictionary = readDictionary(header, body, this.bytes, this.#reading)
      else if (header.kind === 'data') {
        if (header.values > this.#left) throw this.bytes.corrupt(`it has ${header.values} values, its column ${this.#left} more`)
        this.#left -= header.values
        if (header.values === 0) continue
        if (header.values <= passing) return header.values
        return readPage(header, body, this.bytes, this.#reading, this.#dictionary)
      }
    }
  }

  more(): Promise<void> {
    return this.bytes.more()
  }
}
