/** The line below long work on a terminal: `orders-0  ·  1.2 GB of 4.0 GB  ·  30 %, 12 s left`. Nothing in a pipe. */
import type { Out } from '../terminal.ts'

const REDRAW_MS = 100

export class WorkLine {
  readonly #err: Out
  readonly #elapsedMs: () => number
  readonly #startMs: number
  #drawnMs = 0

  constructor(err: Out, elapsedMs: () => number) {
    this.#err = err
    this.#elapsedMs = elapsedMs
    this.#startMs = elapsedMs()
  }

  update({ bytes, totalBytes, at }: { readonly bytes: number; readonly totalBytes: number; readonly at: string }): void {
    if (!this.#err.isTerminal) return
    const now = this.#elapsedMs()
    if (now - this.#drawnMs < REDRAW_MS) return
    this.#drawnMs = now
    const share = totalBytes === 0 ? 0 : Math.min(1, bytes / totalBytes)
    const seconds = (now - this.#startMs) / 1000
    const left = share > 0.01 && share < 1 ? `, ${((seconds / share) * (1 - share)).toFixed(0)} s left` : ''
    const text = `${at}  ·  ${bytesText(bytes)} of ${bytesText(totalBytes)}  ·  ${Math.floor(share * 100)} %${left}`
    void this.#err.write(`\r\x1b[2K${text.slice(0, this.#err.columns - 1)}`)
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#drawnMs > 0) void this.#err.write('\r\x1b[2K')
    this.#drawnMs = 0
  }
}

/** 1234567 as 1.2 MB. */
export function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`
  if (bytes >= 1e4) return `${(bytes / 1e3).toFixed(0)} kB`
  return `${bytes} B`
}
