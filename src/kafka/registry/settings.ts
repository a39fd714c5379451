/**
 * Configuration and modes as they hold: a subject's own, then its context's, then the global one, then the default.
 *
 *     settings.config('a')           // what is set for `a` itself
 *     settings.configInScope('a')    // what holds for `a`
 *
 * Undefined is the place of what is set for everything.
 */
import { type Config, DEFAULT_LEVEL } from './config.ts'
import { notPermitted } from './errors.ts'
import { type Mode, isReadOnly } from './mode.ts'
import type { SchemaStore } from './store.ts'
import { DEFAULT_CONTEXT, GLOBAL_CONTEXT, parseSubject, prefixOf } from './subject.ts'

export class Settings {
  readonly #store: SchemaStore

  constructor(store: SchemaStore) {
    this.#store = store
  }

  /** What is configured for this very place; the global place always has something. */
  config(place: string | undefined): Config | undefined {
    const own = this.#store.config(place)
    if (own !== undefined) return { ...own, compatibilityLevel: own.compatibilityLevel ?? DEFAULT_LEVEL }
    return isGlobal(place) ? { compatibilityLevel: DEFAULT_LEVEL } : undefined
  }

  configInScope(place: string | undefined): Config {
    const configs = scopesOf(place).map(scope => this.#store.config(scope))
    return configs.reduceRight<Config>((outer, own) => ({ ...outer, ...own }), { compatibilityLevel: DEFAULT_LEVEL })
  }

  /** The mode of this very place. */
  mode(place: string | undefined): Mode | undefined {
    return this.#store.mode(place) ?? (isGlobal(place) ? 'READWRITE' : undefined)
  }

  modeInScope(place: string | undefined): Mode {
    const modes = scopesOf(place).map(scope => this.#store.mode(scope))
    if (modes.slice(1).includes('READONLY_OVERRIDE')) return 'READONLY_OVERRIDE'
    return modes.find(mode => mode !== undefined) ?? 'READWRITE'
  }

  checkWritable(place: string | undefined): void {
    if (isReadOnly(this.modeInScope(place))) throw notPermitted(`${inContext(place)} is in read-only mode`)
  }

  /** Schemas with an id of their own come in mode IMPORT, others in mode READWRITE. */
  checkRegistrable(subject: string, hasId: boolean): void {
    this.checkWritable(subject)
    const mode = this.modeInScope(subject)
    if (hasId && mode !== 'IMPORT') throw notPermitted(`${inContext(subject)} is not in import mode`)
    if (!hasId && mode !== 'READWRITE') throw notPermitted(`${inContext(subject)} is not in read-write mode`)
  }
}

const isGlobal = (place: string | undefined): boolean => place === undefined || parseSubject(place).context === GLOBAL_CONTEXT

/** Where a setting is looked for, innermost first. */
function scopesOf(place: string | undefined): readonly (string | undefined)[] {
  const { context, name } = parseSubject(place ?? '')
  const own = name === '' ? [] : [place]
  const outer = context === DEFAULT_CONTEXT ? undefined : prefixOf(context)
  return [...own, outer, prefixOf(GLOBAL_CONTEXT)]
}

const inContext = (place: string | undefined): string =>
  `Subject ${place ?? 'null'} in context ${prefixOf(parseSubject(place ?? '').context)}`
