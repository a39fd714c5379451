/** Measuring: wall and CPU seconds of the whole process (garbage collection and compiler threads included), peak memory. */

export interface Measurement {
  readonly query: string
  readonly events: number
  readonly seconds: number
  readonly eventsPerSecond: number
  readonly cpuSeconds: number
  readonly eventsPerCpuSecond: number
  readonly rssMB: number
}

/** Runs `work` once and measures it. `work` answers how many events it took, or they are given. */
export async function measure(query: string, work: () => Promise<number>): Promise<Measurement> {
  const cpuBefore = process.cpuUsage()
  const before = process.hrtime.bigint()
  const events = await work()
  const seconds = Number(process.hrtime.bigint() - before) / 1e9
  const cpu = process.cpuUsage(cpuBefore)
  const cpuSeconds = (cpu.user + cpu.system) / 1e6
  return {
    query,
    events,
    seconds: round(seconds),
    eventsPerSecond: Math.round(events / seconds),
    cpuSeconds: round(cpuSeconds),
    eventsPerCpuSecond: Math.round(events / cpuSeconds),
    rssMB: Math.round(process.resourceUsage().maxRSS / 1024),
  }
}

const round = (n: number): number => Math.round(n * 1000) / 1000

/** The one in the middle. */
export const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

/** The run with the median of CPU seconds. */
export const medianRun = (runs: readonly Measurement[]): Measurement =>
  runs.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(runs.length / 2)]!

/** The same for the same seed: queries of a bench run in an order of their own, so that none profits from its place. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items]
  let state = seed
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const other = state % (i + 1)
    ;[result[i], result[other]] = [result[other]!, result[i]!]
  }
  return result
}

/** Rows as an aligned table. */
export function printTable(title: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  if (rows.length === 0) return
  console.log(`\n${title}`)
  const columns = Object.keys(rows[0]!)
  const cells = rows.map(row => columns.map(column => shown(row[column]!)))
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map(row => row[i]!.length)))
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  console.log(line(columns))
  for (const row of cells) console.log(line(row))
}

const shown = (value: string | number): string => (typeof value === 'number' ? value.toLocaleString('en-US') : value)
