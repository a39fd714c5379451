/**
 * A schema registry: subjects with versions, ids, compatibility, references, modes. Knows nothing of HTTP.
 *
 *     const registry = new SchemaRegistry(topic)
 *     await registry.open()
 *     const { id } = await registry.register('orders-value', { type: 'AVRO', text: '"int"', references: [] })
 *     registry.queries.byId(id)
 *
 * Reads answer from memory, which follows the topic. Writes are answered once they are durable. Subjects come normalized
 * (`subject.ts`); undefined is the place of what is configured for everything.
 */
import { incompatibilitiesOf } from './compatibility.ts'
import { type Config, DEFAULT_LEVEL, withChanges } from './config.ts'
import {
  RegistryError,
  incompatible,
  invalidSchema,
  invalidSubject,
  notPermitted,
  referenceExists,
  schemaTooLarge,
  subjectNotFound,
  subjectNotSoftDeleted,
  subjectSoftDeleted,
  versionNotFound,
  versionNotSoftDeleted,
  versionSoftDeleted,
} from './errors.ts'
import { type Append, Journal } from './journal.ts'
import type { Mode } from './mode.ts'
import { type Filter, Queries, passes } from './queries.ts'
import { SchemaReader, type SchemaRequest } from './reader.ts'
import type { SchemaValue } from './records.ts'
import type { Schema, SchemaReference } from './schema.ts'
import { Settings } from './settings.ts'
import { LATEST, SchemaStore, fingerprint } from './store.ts'
import { DEFAULT_CONTEXT, isValidSubject, parseSubject, prefixOf, qualify } from './subject.ts'
import { RecordTooLargeError, type SchemaTopic } from './topic.ts'

export interface RegisterOptions {
  readonly normalize?: boolean
  /** Without a look at the versions before. */
  readonly force?: boolean
}

export interface LookUpOptions {
  readonly normalize?: boolean
  /** Among deleted versions too. */
  readonly deleted?: boolean
}

const FIRST_VERSION = 1

export class SchemaRegistry {
  readonly store = new SchemaStore()
  readonly settings = new Settings(this.store)
  readonly queries = new Queries(this.store)
  readonly reader = new SchemaReader(this.store)
  readonly #journal: Journal

  constructor(topic: SchemaTopic) {
    this.#journal = new Journal(topic, this.store)
  }

  /** Resolves when everything that was registered is known. */
  open(): Promise<void> {
    return this.#journal.open()
  }

  close(): Promise<void> {
    return this.#journal.close()
  }

  /** Throws if what is known is of the past. */
  check(): void {
    this.#journal.check()
  }

  // ── Registration and look-up ─────────────────────────────────────────────────────────────────────────

  /** Gives a schema a place in a subject, or finds the one that it has. */
  async register(subject: string, request: SchemaRequest, options: RegisterOptions = {}): Promise<SchemaValue> {
    if (!isValidSubject(subject)) throw invalidSubject(subject)
    const normalize = options.normalize === true || this.settings.configInScope(subject).normalize === true
    const found = this.#registered(subject, request, normalize)
    if (found !== undefined) return found
    return this.#journal.write(append => this.#register(subject, request, { ...options, normalize }, append))
  }

  /** A place that the request asks for and that is there already: no mode keeps anybody from being told. */
  #registered(subject: string, request: SchemaRequest, normalize: boolean): SchemaValue | undefined {
    if (request.text.trim() === '') return undefined
    const { version, id } = request
    const schema = this.reader.parse(subject, request, { strict: false, normalize })
    const candidates = this.#matching(subject, schema, 'live').filter(value => id === undefined || value.id === id)
    if (version === undefined) return candidates[0]
    if (version === LATEST) return candidates.find(value => value === this.store.latest(subject))
    return id === undefined ? undefined : candidates.find(value => value.version === version)
  }

  async #register(subject: string, request: SchemaRequest, options: RegisterOptions, append: Append): Promise<SchemaValue> {
    const mode = this.settings.modeInScope(subject)
    this.settings.checkRegistrable(subject, request.id !== undefined)
    const earlier = this.store.versions(subject)
    const nextVersion = (earlier.at(-1)?.version ?? FIRST_VERSION - 1) + 1
    const importing = mode === 'IMPORT'
    const source = importing ? request : this.#filled(subject, request)
    const schema = this.reader.parse(subject, source, { strict: !importing, normalize: options.normalize === true && !importing })
    const again = request.version === undefined ? this.#again(subject, schema, request) : undefined
    if (again !== undefined) return again

    if (!importing && options.force !== true) {
      const messages = this.incompatibilities(
        subject,
        schema,
        earlier.filter(({ deleted }) => !deleted),
      )
      if (messages.length > 0) throw incompatible(subject, messages)
    }
    const version = request.version === undefined || request.version <= 0 ? nextVersion : request.version
    if (version !== nextVersion && !importing) throw invalidSchema('Version is not one more than previous version')
    const value: SchemaValue = {
      subject,
      version,
      id: this.#idFor(subject, schema, request.id),
      schemaType: schema.type,
      references: schema.references,
      schema: schema.canonical,
      deleted: false,
      rest: {},
    }
    await this.#writeSchema(value, append)
    return value
  }

  /** A request without a text is one for the latest version's. */
  #filled(subject: string, request: SchemaRequest): SchemaRequest {
    if (request.text.trim() !== '') return request
    const latest = this.store.latest(subject)
    if (latest === undefined) throw invalidSchema('Empty schema')
    return { ...request, type: latest.schemaType, text: latest.schema, references: latest.references }
  }

  /** Somebody registered it while this one stood in line, or it differs from what is there in how it is written only. */
  #again(subject: string, schema: Schema, { id }: SchemaRequest): SchemaValue | undefined {
    return this.#matching(subject, schema, 'live').find(value => id === undefined || value.id === id)
  }

  /** The id of the same schema in this context, or the next one. */
  #idFor(subject: string, schema: Schema, id: number | undefined): number {
    const { context } = parseSubject(subject)
    const text = { schemaType: schema.type, schema: schema.canonical, references: schema.references }
    const known = this.store.idOf(context, text)
    if (id === undefined) return known ?? this.store.lastId(context) + 1
    const holder = this.store.places(context, id)[0]
    if (holder !== undefined && fingerprint(holder) !== fingerprint(text)) {
      throw notPermitted(`Overwrite new schema with id ${id} in context ${prefixOf(context)} is not permitted.`)
    }
    return id
  }

  async #writeSchema(value: SchemaValue, append: Append): Promise<void> {
    const { context } = parseSubject(value.subject)
    if (context !== DEFAULT_CONTEXT && !this.store.contexts.includes(context)) {
      await append({ kind: 'CONTEXT', context, value: true })
    }
    try {
      await append({ kind: 'SCHEMA', subject: value.subject, version: value.version, value })
    } catch (error) {
      if (error instanceof RecordTooLargeError) throw schemaTooLarge(error)
      throw error
    }
    // A deleted version with the same id makes room for the new one, unless somebody refers to it. The new one stands by then:
    // an id that records carry is never without its schema.
    for (const { version, id, deleted } of this.store.versions(value.subject)) {
      if (!deleted || id !== value.id || version >= value.version) continue
      if (this.store.referrers(value.subject, version).length > 0) continue
      await append({ kind: 'SCHEMA', subject: value.subject, version, value: null })
    }
  }

  /** Where a schema stands in a subject; without a context of its own the subject is looked for in every one. */
  lookUp(subject: string, request: SchemaRequest, options: LookUpOptions = {}): SchemaValue | undefined {
    const [here, ...elsewhere] = this.queries.everywhere(subject)
    return this.#lookUpIn(here!, request, options) ?? firstOf(elsewhere, place => this.#lookUpElsewhere(place, request, options))
  }

  #lookUpIn(place: string, request: SchemaRequest, options: LookUpOptions): SchemaValue | undefined {
    const normalize = options.normalize === true || this.settings.configInScope(place).normalize === true
    const schema = this.reader.parse(place, request, { strict: false, normalize })
    return this.#matching(place, schema, options.deleted === true ? 'all' : 'live')[0]
  }

  /** What a schema refers to need not be in every context. */
  #lookUpElsewhere(place: string, request: SchemaRequest, options: LookUpOptions): SchemaValue | undefined {
    if (!this.store.hasSubjects(place, options.deleted === true)) return undefined
    try {
      return this.#lookUpIn(place, request, options)
    } catch (error) {
      if (error instanceof RegistryError) return undefined
      throw error
    }
  }

  /** Versions with this schema: those with its text first, then those that say the same, the latest first. */
  #matching(subject: string, schema: Schema, filter: Filter): readonly SchemaValue[] {
    const versions = this.store.versions(subject).filter(value => passes(value, filter) && value.schemaType === schema.type)
    const text = { schemaType: schema.type, schema: schema.canonical, references: schema.references }
    const id = this.store.idOf(parseSubject(subject).context, text)
    const exact = versions.filter(value => value.id === id).toReversed()
    if (exact.length > 0) return exact
    return versions.filter(value => this.#same(schema, value)).toReversed()
  }

  #same(schema: Schema, value: SchemaValue): boolean {
    const filledIn = schema.references.length === 0 && value.references.length > 0
    if (!filledIn && !this.#sameReferences(schema.references, value)) return false
    return schema.identity === this.reader.identity(value)
  }

  #sameReferences(references: readonly SchemaReference[], value: SchemaValue): boolean {
    if (references.length !== value.references.length) return false
    const fixed = ({ name, subject, version }: SchemaReference) => {
      const qualified = qualify(subject, value.subject)
      return JSON.stringify([name, qualified, version === LATEST ? this.store.latest(qualified)?.version : version])
    }
    return references.every((each, i) => fixed(each) === fixed(value.references[i]!))
  }

  /** What keeps a schema from following these versions, by the level that is configured. */
  incompatibilities(subject: string, schema: Schema, versions: readonly SchemaValue[]): readonly string[] {
    const { compatibilityLevel: level = DEFAULT_LEVEL, compatibilityPolicy: policy = 'STRICT' } =
      this.settings.configInScope(subject)
    const earlier = versions.map(value => ({ version: value.version, schema: () => this.reader.readable(value) }))
    const messages = incompatibilitiesOf(schema, earlier, level, policy)
    return messages.length === 0 ? [] : [...messages, `{validateFields: 'false', compatibility: '${level}'}`]
  }

  // ── Deletion ─────────────────────────────────────────────────────────────────────────────────────────

  /** Answers the version. A deleted version can still be read by its id; a permanently deleted one is gone. */
  deleteVersion(subject: string, version: number, permanent: boolean): Promise<number> {
    return this.#journal.write(async append => {
      const value = version === LATEST ? this.store.latest(subject) : this.store.version(subject, version)
      if (value === undefined) throw this.store.hasSubjects(subject, true) ? versionNotFound(version) : subjectNotFound(subject)
      if (value.deleted && !permanent) throw versionSoftDeleted(subject, version)
      this.settings.checkWritable(subject)
      if (this.queries.referrers(subject, value.version, permanent).length > 0) throw referenceExists(subject, value.version)
      if (permanent && !value.deleted) throw versionNotSoftDeleted(subject, value.version)
      const gone = permanent ? null : { ...value, deleted: true }
      await append({ kind: 'SCHEMA', subject, version: value.version, value: gone })
      if (permanent) await this.#forget(subject, append)
      return value.version
    })
  }

  /** Answers the versions. */
  deleteSubject(subject: string, permanent: boolean): Promise<readonly number[]> {
    return this.#journal.write(async append => {
      if (!this.store.hasSubjects(subject, true)) throw subjectNotFound(subject)
      if (!permanent && !this.store.hasSubjects(subject, false)) throw subjectSoftDeleted(subject)
      this.settings.checkWritable(subject)
      const values = this.store.versions(subject).filter(value => permanent || !value.deleted)
      for (const { version, deleted } of values) {
        const others = this.store
          .referrers(subject, version)
          .filter(value => value.subject !== subject && (permanent || !value.deleted))
        if (others.length > 0) throw referenceExists(subject, version)
        if (permanent && !deleted) throw subjectNotSoftDeleted(subject)
      }
      if (permanent) {
        // The last first: versions may refer to those before them.
        for (const { version } of values.toReversed()) await append({ kind: 'SCHEMA', subject, version, value: null })
        await this.#forget(subject, append)
      } else await append({ kind: 'DELETE_SUBJECT', subject, version: values.at(-1)!.version })
      return values.map(({ version }) => version)
    })
  }

  /** What was configured for a subject goes with its last version. */
  async #forget(subject: string, append: Append): Promise<void> {
    if (this.store.hasSubjects(subject, true)) return
    if (this.store.mode(subject) !== undefined) await append({ kind: 'MODE', subject, value: null })
    if (this.store.config(subject) !== undefined) await append({ kind: 'CONFIG', subject, value: null })
  }

  /** False if there are subjects in it. */
  deleteContext(context: string): Promise<boolean> {
    return this.#journal.write(async append => {
      if (this.store.hasSubjects(prefixOf(context), true)) return false
      if (this.store.contexts.includes(context)) await append({ kind: 'CONTEXT', context, value: false })
      return true
    })
  }

  // ── Configuration and modes ──────────────────────────────────────────────────────────────────────────

  setConfig(subject: string | undefined, changes: { readonly [K in keyof Config]?: Config[K] | null }): Promise<Config> {
    return this.#journal.write(async append => {
      this.settings.checkWritable(subject)
      const value = withChanges(this.store.config(subject) ?? {}, changes)
      await append({ kind: 'CONFIG', subject, value })
      return value
    })
  }

  /** Answers what was configured. */
  deleteConfig(subject: string | undefined): Promise<Config> {
    return this.#journal.write(async append => {
      const config = this.settings.config(subject)
      if (config === undefined) throw subjectNotFound(subject!)
      this.settings.checkWritable(subject)
      await append({ kind: 'CONFIG', subject, value: null })
      return config
    })
  }

  /** A place takes mode IMPORT only while nothing is registered there, or by force: its ids come from elsewhere then. */
  setMode(subject: string | undefined, mode: Mode | null, force: boolean): Promise<void> {
    return this.#journal.write(async append => {
      if (mode === 'IMPORT' && this.settings.modeInScope(subject) !== 'IMPORT' && !force) await this.#clear(subject, append)
      await append({ kind: 'MODE', subject, value: mode })
    })
  }

  async #clear(subject: string | undefined, append: Append): Promise<void> {
    if (this.store.hasSubjects(subject, false)) throw notPermitted('Cannot import since found existing subjects')
    const within = subject === undefined ? this.store.subjects : this.#subjectsIn(subject)
    const values = within.flatMap(each => this.store.versions(each))
    for (const { subject: each, version } of values) {
      if (this.store.referrers(each, version).length > 0) throw referenceExists(each, version)
    }
    for (const { subject: each, version } of values) await append({ kind: 'SCHEMA', subject: each, version, value: null })
    await append({ kind: 'CLEAR_SUBJECT', subject, value: true })
  }

  /** Answers the mode that was set; undefined where none was, which only `recursive` lets pass. */
  deleteMode(subject: string | undefined, recursive: boolean): Promise<Mode | undefined> {
    return this.#journal.write(async append => {
      const mode = this.settings.mode(subject)
      if (mode === undefined && !recursive) throw subjectNotFound(subject!)
      await append({ kind: 'MODE', subject, value: null })
      if (recursive) {
        const { context, name } = parseSubject(subject ?? '')
        const below = this.store.moded.filter(each => name === '' && parseSubject(each).context === context && each !== subject)
        for (const each of below) await append({ kind: 'MODE', subject: each, value: null })
      }
      return mode
    })
  }

  #subjectsIn(place: string): readonly string[] {
    const { context, name } = parseSubject(place)
    return name === '' ? this.store.subjects.filter(each => parseSubject(each).context === context) : [place]
  }
}

function firstOf<T, R>(list: readonly T[], find: (each: T) => R | undefined): R | undefined {
  for (const each of list) {
    const found = find(each)
    if (found !== undefined) return found
  }
  return undefined
}
