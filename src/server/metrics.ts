/**
 * Numbers in Prometheus's text format. A metric is declared once and read when somebody asks.
 *
 *     # HELP millrace_records_in_total records taken from producers
 *     # TYPE millrace_records_in_total counter
 *     millrace_records_in_total 4711
 */
import type { LatencyHistogram } from '../base/latency-histogram.ts'

export interface Sample {
  readonly labels?: Readonly<Record<string, string | number>>
  readonly value: number
}

export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  read(): number | Iterable<Sample>
}

const metric =
  (type: Metric['type'], suffix: string) =>
  (name: string, help: string, read: Metric['read']): Metric => ({ name: `millrace_${name}${suffix}`, type, help, read })

export const counter = metric('counter', '_total')
export const gauge = metric('gauge', '')

export function renderMetrics(metrics: readonly Metric[]): string {
  const lines: string[] = []
  for (const { name, type, help, read } of metrics) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    const found = read()
    if (typeof found === 'number') lines.push(`${name} ${shown(found)}`)
    else for (const { labels = {}, value } of found) lines.push(`${name}${labelled(labels)} ${shown(value)}`)
  }
  return `${lines.join('\n')}\n`
}

export const shown = (value: number): string =>
  Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'

export function labelled(labels: Readonly<Record<string, string | number>>): string {
  const entries = Object.entries(labels)
  if (entries.length === 0) return ''
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `{${entries.map(([name, value]) => `${name}="${escaped(String(value))}"`).join(',')}}`
}

/** The lines of a histogram, in seconds. */
export function renderHistogram(
  name: string,
  help: string,
  histograms: Iterable<{ readonly labels: Readonly<Record<string, string | number>>; readonly histogram: LatencyHistogram }>,
): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`]
  for (const { labels, histogram } of histograms) {
    for (const [boundMs, below] of histogram.cumulative())
      lines.push(`${name}_bucket${labelled({ ...labels, le: shown(boundMs / 1000) })} ${below}`)
    lines.push(
      `${name}_sum${labelled(labels)} ${shown(histogram.sumMs / 1000)}`,
      `${name}_count${labelled(labels)} ${histogram.count}`,
    )
  }
  return `${lines.join('\n')}\n`
}
