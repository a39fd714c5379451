/**
 * What is registered: the state that follows from the records of `_schemas`, and nothing else. Reading the topic again gives
 * the same state again.
 *
 *     store.apply({ kind: 'SCHEMA', subject: 'a', version: 1, value: { id: 1, … } })
 *     store.versions('a')        // [{ version: 1, id: 1, … }]
 *     store.byId('.', 1)         // where the schema 1 of the default context stands
 *
 * Ids count within a context. One id is one text (with its references and type), however many subjects have it.
 */
import { createHash } from 'node:crypto'
import type { Config } from './config.ts'
import type { Mode } from './mode.ts'
import type { Entry, SchemaValue } from './records.ts'
import type { SchemaReference, SchemaType } from './schema.ts'
import { DEFAULT_CONTEXT, lies, parseSubject, qualify } from './subject.ts'

/** What is told of a text and its references: equal schemas have equal ones. */
export interface Fingerprinted {
  readonly schemaType: SchemaType
  readonly schema: string
  readonly references: readonly SchemaReference[]
}

/** An id, and every place of it. */
interface Identified extends Fingerprinted {
  readonly id: number
  readonly places: SchemaValue[]
}

/** One context's ids. */
class Ids {
  readonly byId = new Map<number, Identified>()
  /** Imported schemas can have several ids; the one that came last counts. */
  readonly byFingerprint = new Map<string, Set<number>>()
  /** Ids are not given out again while the topic knows of them. */
  last = 0
}

/** Global configuration and mode stand under ''. */
const GLOBAL = ''

export class SchemaStore {
  readonly #subjects = new Map<string, Map<number, SchemaValue>>()
  readonly #ids = new Map<string, Ids>()
  readonly #configs = new Map<string, Config>()
  readonly #modes = new Map<string, Mode>()
  readonly #contexts = new Set<string>()

  apply(entry: Entry): void {
    switch (entry.kind) {
      case 'SCHEMA':
        if (entry.value === null) this.#remove(entry.subject, entry.version)
        else this.#put(entry.value)
        return
      case 'DELETE_SUBJECT':
        for (const value of entry.version === null ? [] : this.versions(entry.subject)) {
          if (value.version <= entry.version! && !value.deleted) this.#put({ ...value, deleted: true })
        }
        return
      case 'CLEAR_SUBJECT':
        if (entry.value) this.#clear(entry.subject)
        return
      case 'CONFIG':
        set(this.#configs, entry.subject ?? GLOBAL, entry.value)
        return
      case 'MODE':
        set(this.#modes, entry.subject ?? GLOBAL, entry.value)
        return
      case 'CONTEXT':
        if (entry.value) this.#contexts.add(entry.context)
        else this.#contexts.delete(entry.context)
        return
      case 'NOOP':
        return
    }
  }

  /** In the order of their names: those of the default context first. */
  get subjects(): readonly string[] {
    return Array.from(this.#subjects.keys()).toSorted(byContextAndName)
  }

  /** Besides the default one. */
  get contexts(): readonly string[] {
    return Array.from(this.#contexts).toSorted()
  }

  /** Deleted ones too, in order. */
  versions(subject: string): readonly SchemaValue[] {
    return Array.from(this.#subjects.get(subject)?.values() ?? []).toSorted((a, b) => a.version - b.version)
  }

  version(subject: string, version: number): SchemaValue | undefined {
    return this.#subjects.get(subject)?.get(version)
  }

  /** The last version that is not deleted. */
  latest(subject: string): SchemaValue | undefined {
    return this.versions(subject).findLast(({ deleted }) => !deleted)
  }

  /** Whether there is one in the subject or, if it is a context, in any of the context. */
  hasSubjects(within: string | undefined, deletedToo: boolean): boolean {
    const place = within === undefined ? undefined : parseSubject(within)
    const list = place !== undefined && place.name !== '' ? [within!] : this.#subjects.keys()
    for (const subject of list) {
      if (!lies(subject, within)) continue
      for (const { deleted } of this.#subjects.get(subject)?.values() ?? []) if (deletedToo || !deleted) return true
    }
    return false
  }

  /** The places of an id, in the order in which they came. */
  places(context: string, id: number): readonly SchemaValue[] {
    return this.#ids.get(context)?.byId.get(id)?.places ?? []
  }

  lastId(context: string): number {
    return this.#ids.get(context)?.last ?? 0
  }

  /** The id of a schema in a context. */
  idOf(context: string, schema: Fingerprinted): number | undefined {
    return Array.from(this.#ids.get(context)?.byFingerprint.get(fingerprint(schema)) ?? []).at(-1)
  }

  /** Schemas that refer to this version, deleted ones too. A reference to the latest version is one to every version. */
  referrers(subject: string, version: number): readonly SchemaValue[] {
    const found: SchemaValue[] = []
    for (const versions of this.#subjects.values()) {
      for (const value of versions.values()) {
        const refers = value.references.some(
          reference =>
            (reference.version === version || reference.version === LATEST) &&
            qualify(reference.subject, value.subject) === subject,
        )
        if (refers) found.push(value)
      }
    }
    return found
  }

  config(subject: string | undefined): Config | undefined {
    return this.#configs.get(subject ?? GLOBAL)
  }

  mode(subject: string | undefined): Mode | undefined {
    return this.#modes.get(subject ?? GLOBAL)
  }

  /** Subjects and contexts with a mode of their own. */
  get moded(): readonly string[] {
    return Array.from(this.#modes.keys()).filter(subject => subject !== GLOBAL)
  }

  #put(value: SchemaValue): void {
    const { context } = parseSubject(value.subject)
    const ids = this.#ids.get(context) ?? new Ids()
    const known = ids.byId.get(value.id)
    // Two texts can't have one id. The first stays: readers hold records with it.
    if (known !== undefined && known.schema !== value.schema) return
    this.#ids.set(context, ids)
    ids.last = Math.max(ids.last, value.id)
    this.#remove(value.subject, value.version)
    const identified = ids.byId.get(value.id) ?? { ...value, places: [] }
    ids.byId.set(value.id, identified)
    const mark = fingerprint(value)
    ids.byFingerprint.set(mark, (ids.byFingerprint.get(mark) ?? new Set()).add(value.id))
    identified.places.push(value)
    const versions = this.#subjects.get(value.subject) ?? new Map<number, SchemaValue>()
    this.#subjects.set(value.subject, versions)
    versions.set(value.version, value)
  }

  #remove(subject: string, version: number): void {
    const versions = this.#subjects.get(subject)
    const value = versions?.get(version)
    if (versions === undefined || value === undefined) return
    versions.delete(version)
    if (versions.size === 0) this.#subjects.delete(subject)
    const ids = this.#ids.get(parseSubject(subject).context)!
    const identified = ids.byId.get(value.id)!
    identified.places.splice(identified.places.indexOf(value), 1)
    if (identified.places.length > 0) return
    ids.byId.delete(value.id)
    const mark = fingerprint(value)
    const same = ids.byFingerprint.get(mark)
    same?.delete(value.id)
    if (same?.size === 0) ids.byFingerprint.delete(mark)
  }

  #clear(within: string | undefined): void {
    for (const subject of this.subjects.filter(each => lies(each, within))) {
      for (const { version, deleted } of this.versions(subject)) if (deleted) this.#remove(subject, version)
    }
  }
}

/** As a version: whichever is the last when it is asked for. */
export const LATEST = -1

function set<T>(map: Map<string, T>, key: string, value: T | null): void {
  if (value === null) map.delete(key)
  else map.set(key, value)
}

/** One for every schema: its type, its text, its references. */
export function fingerprint({ schemaType, schema, references }: Fingerprinted): string {
  const refers = references.map(({ name, subject, version }) => [name, subject, version])
  return createHash('sha256')
    .update(JSON.stringify([schemaType, refers]))
    .update(schema)
    .digest('base64')
}

function byContextAndName(a: string, b: string): number {
  const [x, y] = [parseSubject(a), parseSubject(b)]
  if (x.context === y.context) return x.name < y.name ? -1 : x.name > y.name ? 1 : 0
  if (x.context === DEFAULT_CONTEXT) return -1
  if (y.context === DEFAULT_CONTEXT) return 1
  return x.context < y.context ? -1 : 1
}
