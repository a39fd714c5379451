/**
 * Places in a partition, as they are written on the command line.
 *
 *     earliest   latest   42   -5 (from the end)   2024-01-31   2024-01-31T10:00:00Z   1700000000000 (with --from @)
 */
import { UsageError } from '../usage-error.ts'

export type Place =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** From the end, or from where a group is. */
  | { readonly kind: 'by'; readonly by: number }
  | { readonly kind: 'time'; readonly timestampMs: number }

export function parsePlace(flag: string, text: string): Place {
  const word = text.toLowerCase()
  if (word === 'earliest' || word === 'beginning') return { kind: 'earliest' }
  if (word === 'latest' || word === 'end') return { kind: 'latest' }
  if (/^\d{1,15}$/.test(text)) return { kind: 'offset', offset: Number(text) }
  if (/^[+-]\d{1,15}$/.test(text)) return { kind: 'by', by: Number(text) }
  const time = /^@\d+$/.test(text) ? Number(text.slice(1)) : timeOf(text)
  if (!Number.isNaN(time)) return { kind: 'time', timestampMs: time }
  throw new UsageError(
    `--${flag} is earliest, latest, an offset, -5, or a time such as 2024-01-31T10:00:00Z or @1706695200000, not '${text}'`,
  )
}

/** A time without a zone is UTC, as everything else here. */
function timeOf(text: string): number {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return Number.NaN
  const iso = text.replace(' ', 'T')
  return Date.parse(iso.length > 10 && !/(Z|[+-]\d\d:\d\d)$/.test(iso) ? `${iso}Z` : iso)
}
