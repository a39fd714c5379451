/**
 * Whether a new schema goes with those before it.
 *
 *     BACKWARD   the new one reads what the last one wrote      (consumers are upgraded first)
 *     FORWARD    the last one reads what the new one writes     (producers are upgraded first)
 *     FULL       both
 *     …_TRANSITIVE   the same with every version, not only the last
 */
import type { CompatibilityLevel } from './config.ts'
import type { Schema } from './schema.ts'

export interface Earlier {
  readonly version: number
  /** Parsed when it is asked for. Undefined for one that another registry took and ours can't read. */
  schema(): Schema | undefined
}

const MAX_SHOWN = 10 * 1024

/** Sentences for the user; none if it goes. `earlier` in the order of their versions. */
export function incompatibilitiesOf(
  schema: Schema,
  earlier: readonly Earlier[],
  level: CompatibilityLevel,
  policy: 'STRICT' | 'LENIENT',
): readonly string[] {
  if (level === 'NONE') return []
  const transitive = level.endsWith('_TRANSITIVE')
  for (const each of transitive ? earlier.toReversed() : earlier.slice(-1)) {
    const found = compare(schema, each, level, policy)
    if (found.length > 0) return found
  }
  return []
}

function compare(schema: Schema, earlier: Earlier, level: CompatibilityLevel, policy: 'STRICT' | 'LENIENT'): readonly string[] {
  const old = earlier.schema()
  if (old === undefined) return [`The schema of version ${earlier.version} can't be read`]
  if (old.type !== schema.type) return ['Incompatible because of different schema type']
  const forward = level.startsWith('BACKWARD') ? [] : old.breaches(schema, policy).map(each => each('old', 'new'))
  const backward = level.startsWith('FORWARD') ? [] : schema.breaches(old, policy).map(each => each('new', 'old'))
  const found = [...forward, ...backward]
  if (found.length === 0) return []
  const text = old.canonical
  const shown = text.length <= MAX_SHOWN ? `'${text}'` : `<truncated> '${text.slice(0, MAX_SHOWN)}...'`
  return [...found, `{oldSchemaVersion: ${earlier.version}}`, `{oldSchema: ${shown}}`]
}
