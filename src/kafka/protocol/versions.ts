/** Ranges of versions as Kafka writes them: `4-18`, `12+`, `1`, and `none`. */

export type Versions = `${number}+` | `${number}-${number}` | `${number}`

export interface VersionRange {
  readonly min: number
  /** Infinity for `12+`; below `min` for `none`. */
  readonly max: number
}

export function rangeOf(versions: Versions | 'none'): VersionRange {
  if (versions === 'none') return { min: 0, max: -1 }
  if (versions.endsWith('+')) return { min: Number(versions.slice(0, -1)), max: Infinity }
  const dash = versions.indexOf('-')
  if (dash < 0) return { min: Number(versions), max: Number(versions) }
  return { min: Number(versions.slice(0, dash)), max: Number(versions.slice(dash + 1)) }
}

export function inVersions(versions: Versions | 'none', version: number): boolean {
  const { min, max } = rangeOf(versions)
  return version >= min && version <= max
}
