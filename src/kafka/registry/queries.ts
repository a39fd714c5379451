/**
 * What is registered, by the ways in which clients ask for it.
 *
 *     queries.version('orders-value', LATEST)
 *     queries.byId(7)
 *
 * A subject that is named without a context is looked for in the default one, then in the others.
 */
import { subjectNotFound, versionNotFound } from './errors.ts'
import type { SchemaValue } from './records.ts'
import { LATEST, type SchemaStore } from './store.ts'
import { ALL_CONTEXTS, DEFAULT_CONTEXT, parseSubject, printSubject } from './subject.ts'

/** Which versions are meant. */
export type Filter = 'live' | 'all' | 'deleted'

export const passes = ({ deleted }: SchemaValue, filter: Filter): boolean =>
  filter === 'all' || deleted === (filter === 'deleted')

export class Queries {
  readonly #store: SchemaStore

  constructor(store: SchemaStore) {
    this.#store = store
  }

  /** Subjects that begin so: `:.staging:ord` within a context, `:*:ord` in all of them. */
  subjects(prefix: string, filter: Filter): readonly string[] {
    const { context, name } = parseSubject(prefix)
    return this.#store.subjects.filter(subject => {
      const place = parseSubject(subject)
      if ((context !== ALL_CONTEXTS && place.context !== context) || !place.name.startsWith(name)) return false
      const versions = this.#store.versions(subject)
      return filter === 'deleted' ? versions.every(({ deleted }) => deleted) : versions.some(value => passes(value, filter))
    })
  }

  /** A version, `LATEST` for the last; without a context of its own the subject is looked for in every one. */
  version(subject: string, version: number, deleted = false): SchemaValue | undefined {
    for (const place of this.everywhere(subject)) {
      const found = version === LATEST ? this.#store.latest(place) : this.#store.version(place, version)
      if (found !== undefined && (deleted || !found.deleted)) return found
    }
    return undefined
  }

  /** The same, or the error that says what is missing. */
  required(subject: string, version: number, deleted = false): SchemaValue {
    const found = this.version(subject, version, deleted)
    if (found !== undefined) return found
    throw this.#store.hasSubjects(subject, deleted) ? versionNotFound(version) : subjectNotFound(subject)
  }

  /** The schema of an id; with a subject, in its context and first of all under it. */
  byId(id: number, subject = ''): SchemaValue | undefined {
    return this.#placesOf(id, subject)[0]
  }

  /** Where an id stands. */
  placesById(id: number, subject = '', deleted = false): readonly SchemaValue[] | undefined {
    const found = this.#placesOf(id, subject)[0]
    if (found === undefined) return undefined
    return this.#store.places(parseSubject(found.subject).context, id).filter(value => deleted || !value.deleted)
  }

  #placesOf(id: number, subject: string): readonly SchemaValue[] {
    const { context, name } = parseSubject(subject)
    const here = this.#store.places(context, id)
    if (name === '') return here
    for (const place of this.everywhere(subject)) {
      const found = this.#store.places(parseSubject(place).context, id).filter(value => value.subject === place)
      if (found.length > 0) return found
    }
    return context === DEFAULT_CONTEXT ? here : []
  }

  /** Ids of the schemas that refer to a version. */
  referrers(subject: string, version: number, deleted: boolean): readonly number[] {
    const found = this.#store.referrers(subject, version).filter(value => deleted || !value.deleted)
    return Array.from(new Set(found.map(({ id }) => id))).toSorted((a, b) => a - b)
  }

  /** Where a subject may be meant to stand. */
  everywhere(subject: string): readonly string[] {
    const { context, name } = parseSubject(subject)
    if (context !== DEFAULT_CONTEXT || name === '') return [subject]
    return [subject, ...this.#store.contexts.map(other => printSubject({ context: other, name }))]
  }
}
