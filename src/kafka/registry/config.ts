/**
 * What is configured for a subject, a context, or everything. A subject without its own takes its context's, then the
 * global one's, then the default: BACKWARD.
 */

export const LEVELS = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const
export type CompatibilityLevel = (typeof LEVELS)[number]
export const DEFAULT_LEVEL: CompatibilityLevel = 'BACKWARD'

/** In the order in which Confluent's registry writes them. */
export interface Config {
  /** The subject that this name stands for. */
  readonly alias?: string
  /** Whether schemas are normalized before they are registered and looked up. */
  readonly normalize?: boolean
  readonly compatibilityLevel?: CompatibilityLevel
  /** How strictly JSON Schemas are compared. */
  readonly compatibilityPolicy?: 'STRICT' | 'LENIENT'
}

export function levelNamed(text: string): CompatibilityLevel | undefined {
  const name = text.toUpperCase()
  return LEVELS.find(level => level === name)
}

/** Without the members that are null: those are taken away. */
export function withChanges(config: Config, changes: { readonly [K in keyof Config]?: Config[K] | null }): Config {
  const members = { alias: config.alias, normalize: config.normalize, ...config, ...changes }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null))
}
