/**
 * What a server tells whoever watches it: one event a line, as JSON for machines or as text for people.
 *
 *     {"time":"2026-01-05T10:00:00.000Z","level":"info","event":"recovered","partitions":3}
 *     10:00:00.000 info  recovered partitions=3
 */
import type { Clock } from '../base/clock.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

export type Log = (level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>) => void

export interface LoggerOptions {
  readonly clock: Clock
  /** Events below its level are not told. It may change. */
  readonly threshold: { readonly level: LogLevel }
  readonly format: 'json' | 'text'
  write(line: string): void
}

/** The same event again and again is told so often a second at most; then how many were left out. */
const MOST_PER_SECOND = 20

export function logger({ clock, threshold, format, write }: LoggerOptions): Log {
  const told = new Map<string, { second: number; count: number }>()
  return (of, event, fields) => {
    if (logLevels.indexOf(of) < logLevels.indexOf(threshold.level)) return
    const now = clock.nowMs()
    const second = Math.floor(now / 1000)
    let times = told.get(event)
    if (times === undefined) told.set(event, (times = { second, count: 0 }))
    const leftOut = times.second === second ? 0 : Math.max(0, times.count - MOST_PER_SECOND)
    if (times.second !== second) Object.assign(times, { second, count: 0 })
    if (++times.count > MOST_PER_SECOND) return
    const all = leftOut === 0 ? fields : { ...fields, leftOut }
    const time = new Date(now).toISOString()
    write(format === 'json' ? `${JSON.stringify({ time, level: of, event, ...all })}\n` : text(time, of, event, all))
  }
}

function text(time: string, level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' && /^\S*$/.test(value) ? value : JSON.stringify(value)}`,
  )
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${event}${shown.join('')}\n`
}
