/** The line that lives below a running query on a terminal: rows, rate, watermark, time; for files percent and ETA. */
import type { JobProgress, RunningJob } from '../engine/outcome.ts'

const REDRAW_MS = 100

export interface Terminal {
  readonly columns: number
  write(text: string): void
}

/** Draws until `stop`, which takes the line away. */
export class ProgressLine {
  readonly #terminal: Terminal
  readonly #job: RunningJob
  readonly #timer: NodeJS.Timeout
  #drawn = false

  constructor(terminal: Terminal, job: RunningJob) {
    this.#terminal = terminal
    this.#job = job
    this.#timer = setInterval(() => this.draw(), REDRAW_MS)
    this.#timer.unref()
  }

  draw(): void {
    this.#terminal.write(`\r\x1b[2K${progressText(this.#job.progress()).slice(0, this.#terminal.columns - 1)}`)
    this.#drawn = true
  }

  /** Takes the line away, so that something else can be written; the next tick draws it again. */
  clear(): void {
    if (this.#drawn) this.#terminal.write('\r\x1b[2K')
    this.#drawn = false
  }

  stop(): void {
    clearInterval(this.#timer)
    this.clear()
  }
}

/** `1.2M rows in  ·  640k/s  ·  4,711 out  ·  watermark 2001-03-31 23:50:00  ·  2.1 s  ·  63 %, 1.2 s left`. */
export function progressText(progress: JobProgress): string {
  const seconds = progress.elapsedMs / 1000
  const parts = [
    `${short(progress.rowsIn)} rows in`,
    `${short(seconds > 0 ? progress.rowsIn / seconds : 0)}/s`,
    `${short(progress.rowsOut)} out`,
  ]
  if (progress.watermarkMs !== undefined)
    parts.push(`watermark ${new Date(progress.watermarkMs).toISOString().slice(0, 19).replace('T', ' ')}`)
  if (progress.lateRows > 0) parts.push(`${short(progress.lateRows)} late`)
  parts.push(`${seconds.toFixed(1)} s`)
  const { doneBytes, totalBytes } = progress
  if (doneBytes !== undefined && totalBytes !== undefined && totalBytes > 0) {
    const share = Math.min(1, doneBytes / totalBytes)
    const left = share > 0.01 && share < 1 ? `, ${((seconds / share) * (1 - share)).toFixed(0)} s left` : ''
    parts.push(`${Math.floor(share * 100)} %${left}`)
  }
  return parts.join('  ·  ')
}

/** What is said when a query has ended: `3,000,000 rows in, 1,234 out, 1.9 s (1.6M rows/s); 17 late rows dropped`. */
export function summaryText(progress: JobProgress): string {
  const seconds = progress.elapsedMs / 1000
  const extras = [
    ...counted(progress.lateRows, 'late row', 'dropped'),
    ...counted(progress.skippedRecords, 'unreadable record', 'skipped'),
    ...counted(progress.nulledFields, 'unreadable field', 'became NULL'),
  ]
  const rate = seconds > 0 ? ` (${short(progress.rowsIn / seconds)} rows/s)` : ''
  const main = `${progress.rowsIn.toLocaleString('en-US')} rows in, ${progress.rowsOut.toLocaleString('en-US')} out, ${seconds.toFixed(1)} s${rate}`
  return [main, ...extras].join('; ')
}

const counted = (n: number, what: string, fate: string): string[] =>
  n > 0 ? [`${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'} ${fate}`] : []

/** 1234567 as 1.2M. */
export function short(n: number): string {
  if (n >= 1e9) return `${(n / 1e9).toFixed(1)}G`
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)}M`
  if (n >= 1e4) return `${(n / 1e3).toFixed(0)}k`
  return String(Math.round(n))
}
