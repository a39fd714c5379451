/**
 * A schema registry: subjects with versions, ids, compatibility, references, modes. Knows nothing of HTTP.
 *
 *     const registry = new SchemaRegistry(topic)
 *     await registry.open()
 *     const { id } = await registry.register('orders-value', { type: 'AVRO', text: '"int"', references: [] })
 *     registry.schemaById(id)
 *
 * Reads answer from memory, which follows the topic. Writes are answered once they are durable. Subjects come normalized
 * (`subject.ts`); undefined is the place of what is configured for everything.
 */
import { incompatibilitiesOf } from './compatibility.ts'
import { type Config, DEFAULT_LEVEL, withChanges } from './config.ts'
import {
  RegistryError,
  idDoesNotMatch,
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
import { type Mode, isReadOnly } from './mode.ts'
import { parseSchema } from './parse-schema.ts'
import type { SchemaValue } from './records.ts'
import type { ResolvedReference, Schema, SchemaReference, SchemaType } from './schema.ts'
import { LATEST, SchemaStore } from './store.ts'
import {
  ALL_CONTEXTS,
  DEFAULT_CONTEXT,
  GLOBAL_CONTEXT,
  isValidSubject,
  parseSubject,
  prefixOf,
  printSubject,
  qualify,
} from './subject.ts'
import { RecordTooLargeError, type SchemaTopic } from './topic.ts'

/** A schema that somebody sends. */
export interface SchemaRequest {
  readonly type: SchemaType
  /** Empty: the text of the latest version. */
  readonly text: string
  readonly references: readonly SchemaReference[]
  /** Where it is to stand; in mode IMPORT only, except for the version that comes next anyway. */
  readonly version?: number | undefined
  readonly id?: number | undefined
}

export interface RegisterOptions {
  readonly normalize?: boolean
  /** Without a look at the versions before. */
  readonly force?: boolean
}

/** Which versions are meant. */
export type Filter = 'live' | 'all' | 'deleted'
const passes = ({ deleted }: SchemaValue, filter: Filter): boolean => filter === 'all' || deleted === (filter === 'deleted')

const FIRST_VERSION = 1
/** So many parsed schemas are kept. */
const PARSED = 1_000

export class SchemaRegistry {
  readonly store = new SchemaStore()
  readonly #journal: Journal
  readonly #parsed = new Map<string, Schema>()

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
    const normalize = options.normalize === true || this.configInScope(subject).normalize === true
    const found = this.#registered(subject, request, normalize)
    if (found !== undefined) return found
    return this.#journal.write(append => this.#register(subject, request, { ...options, normalize }, append))
  }

  /** A place that the request asks for and that is there already: no mode keeps anybody from being told. */
  #registered(subject: string, request: SchemaRequest, normalize: boolean): SchemaValue | undefined {
    if (request.text.trim() === '') return undefined
    const { version, id } = request
    const schema = this.#parse(subject, request, { strict: false, normalize })
    const candidates = this.#matching(subject, schema, 'live').filter(value => id === undefined || value.id === id)
    if (version === undefined) return candidates[0]
    if (version === LATEST) return candidates.find(value => value === this.store.latest(subject))
    return id === undefined ? undefined : candidates.find(value => value.version === version)
  }

  async #register(subject: string, request: SchemaRequest, options: RegisterOptions, append: Append): Promise<SchemaValue> {
    const mode = this.modeInScope(subject)
    this.#checkRegisterMode(subject, mode, request)
    const earlier = this.store.versions(subject)
    const nextVersion = (earlier.at(-1)?.version ?? FIRST_VERSION - 1) + 1
    const importing = mode === 'IMPORT'
    const source = importing ? request : this.#filled(subject, request)
    const schema = this.#parse(subject, source, { strict: !importing, normalize: options.normalize === true && !importing })
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

  #checkRegisterMode(subject: string, mode: Mode, { id }: SchemaRequest): void {
    if (isReadOnly(mode)) throw notPermitted(`${inContext(subject)} is in read-only mode`)
    if (id !== undefined && mode !== 'IMPORT') throw notPermitted(`${inContext(subject)} is not in import mode`)
    if (id === undefined && mode !== 'READWRITE') throw notPermitted(`${inContext(subject)} is not in read-write mode`)
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
    if (holder !== undefined && holder.schema !== schema.canonical) {
      throw notPermitted(`Overwrite new schema with id ${id} in context ${prefixOf(context)} is not permitted.`)
    }
    if (known !== undefined && known !== id && holder !== undefined) throw idDoesNotMatch()
    return id
  }

  async #writeSchema(value: SchemaValue, append: Append): Promise<void> {
    const { context } = parseSubject(value.subject)
    if (context !== DEFAULT_CONTEXT && !this.store.contexts.includes(context)) {
      await append({ kind: 'CONTEXT', context, value: true })
    }
    // A deleted version with the same id makes room for the new one, unless somebody refers to it.
    for (const { version, id, deleted } of this.store.versions(value.subject)) {
      if (!deleted || id !== value.id || version >= value.version) continue
      if (this.store.referrers(value.subject, version).length > 0) continue
      await append({ kind: 'SCHEMA', subject: value.subject, version, value: null })
    }
    try {
      await append({ kind: 'SCHEMA', subject: value.subject, version: value.version, value })
    } catch (error) {
      if (error instanceof RecordTooLargeError) throw schemaTooLarge(error)
      throw error
    }
  }

  /** Where a schema stands in a subject; without a context of its own the subject is looked for in every one. */
  lookUp(
    subject: string,
    request: SchemaRequest,
    options: { normalize?: boolean; deleted?: boolean } = {},
  ): SchemaValue | undefined {
    for (const place of this.#everywhere(subject)) {
      const normalize = options.normalize === true || this.configInScope(place).normalize === true
      const schema = this.#parse(place, request, { strict: false, normalize })
      const found = this.#matching(place, schema, options.deleted === true ? 'all' : 'live')[0]
      if (found !== undefined) return found
    }
    return undefined
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
    return schema.identity === this.#readable(value)?.identity
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
    const { compatibilityLevel: level = DEFAULT_LEVEL, compatibilityPolicy: policy = 'STRICT' } = this.configInScope(subject)
    const earlier = versions.map(value => ({ version: value.version, schema: () => this.#readable(value) }))
    const messages = incompatibilitiesOf(schema, earlier, level, policy)
    return messages.length === 0 ? [] : [...messages, `{validateFields: 'false', compatibility: '${level}'}`]
  }

  /** A request's schema, for a subject that it may never be registered under. */
  parse(subject: string, request: SchemaRequest, normalize: boolean): Schema {
    if (request.text.trim() === '') throw invalidSchema('Empty schema')
    return this.#parse(subject, request, { strict: true, normalize: normalize || this.configInScope(subject).normalize === true })
  }

  /** A registered schema, as strict as it was when it was registered. */
  parsed({ subject, schemaType, schema, references }: SchemaValue): Schema {
    return this.#parse(subject, { type: schemaType, text: schema, references }, { strict: false, normalize: false })
  }

  /** Undefined for a schema that another registry took and ours does not. */
  #readable(value: SchemaValue): Schema | undefined {
    try {
      return this.parsed(value)
    } catch (error) {
      if (error instanceof RegistryError) return undefined
      throw error
    }
  }

  #parse(subject: string, { type, text, references }: SchemaRequest, options: { strict: boolean; normalize: boolean }): Schema {
    const resolved = this.#resolve(subject, references)
    const key = JSON.stringify([type, options.strict, text, references, resolved.map(each => each.text)])
    const known = this.#parsed.get(key)
    const schema = known ?? parseSchema({ type, text, references, resolved, strict: options.strict })
    this.#parsed.delete(key)
    this.#parsed.set(key, schema)
    if (this.#parsed.size > PARSED) this.#parsed.delete(this.#parsed.keys().next().value!)
    return options.normalize ? schema.normalize() : schema
  }

  /** Every schema that these references need, before those that need it. */
  #resolve(subject: string, references: readonly SchemaReference[]): readonly ResolvedReference[] {
    const found = new Map<string, ResolvedReference>()
    const open = new Set<string>()
    const visit = (parent: string, reference: SchemaReference): void => {
      if (found.has(reference.name) || open.has(reference.name)) return
      open.add(reference.name)
      const qualified = qualify(reference.subject, parent)
      const value = reference.version === LATEST ? this.store.latest(qualified) : this.store.version(qualified, reference.version)
      if (value === undefined) {
        const { name, subject: referred, version } = reference
        throw invalidSchema(`No schema reference found for subject "${referred}" and version ${version} (name "${name}")`)
      }
      for (const inner of value.references) visit(qualified, inner)
      found.set(reference.name, { ...reference, subject: qualified, version: value.version, text: value.schema })
    }
    for (const reference of references) visit(subject, reference)
    return Array.from(found.values())
  }

  // ── What is there ────────────────────────────────────────────────────────────────────────────────────

  /** Subjects that begin so: `:.staging:ord` within a context, `:*:ord` in all of them. */
  subjects(prefix: string, filter: Filter): readonly string[] {
    const { context, name } = parseSubject(prefix)
    return this.store.subjects.filter(subject => {
      const place = parseSubject(subject)
      if ((context !== ALL_CONTEXTS && place.context !== context) || !place.name.startsWith(name)) return false
      const versions = this.store.versions(subject)
      return filter === 'deleted' ? versions.every(({ deleted }) => deleted) : versions.some(value => passes(value, filter))
    })
  }

  /** A version, `LATEST` for the last; without a context of its own the subject is looked for in every one. */
  version(subject: string, version: number, deleted = false): SchemaValue | undefined {
    for (const place of this.#everywhere(subject)) {
      const found = version === LATEST ? this.store.latest(place) : this.store.version(place, version)
      if (found !== undefined && (deleted || !found.deleted)) return found
    }
    return undefined
  }

  /** As `version`, or the error that says what is missing. */
  requireVersion(subject: string, version: number, deleted = false): SchemaValue {
    const found = this.version(subject, version, deleted)
    if (found !== undefined) return found
    throw this.store.hasSubjects(subject, deleted) ? versionNotFound(version) : subjectNotFound(subject)
  }

  /** The schema of an id; with a subject, in its context and first of all under it. */
  schemaById(id: number, subject = ''): SchemaValue | undefined {
    return this.#placesOf(id, subject)[0]
  }

  /** Where an id stands. */
  placesById(id: number, subject = '', deleted = false): readonly SchemaValue[] | undefined {
    const found = this.#placesOf(id, subject)[0]
    if (found === undefined) return undefined
    return this.store.places(parseSubject(found.subject).context, id).filter(value => deleted || !value.deleted)
  }

  #placesOf(id: number, subject: string): readonly SchemaValue[] {
    const { context, name } = parseSubject(subject)
    const here = this.store.places(context, id)
    if (name === '') return here
    for (const place of this.#everywhere(subject)) {
      const found = this.store.places(parseSubject(place).context, id).filter(value => value.subject === place)
      if (found.length > 0) return found
    }
    return context === DEFAULT_CONTEXT ? here : []
  }

  /** Ids of the schemas that refer to a version. */
  referrers(subject: string, version: number, deleted: boolean): readonly number[] {
    const found = this.store.referrers(subject, version).filter(value => deleted || !value.deleted)
    return Array.from(new Set(found.map(({ id }) => id))).toSorted((a, b) => a - b)
  }

  #everywhere(subject: string): readonly string[] {
    const { context, name } = parseSubject(subject)
    if (context !== DEFAULT_CONTEXT || name === '') return [subject]
    return [subject, ...this.store.contexts.map(other => printSubject({ context: other, name }))]
  }

  // ── Deletion ─────────────────────────────────────────────────────────────────────────────────────────

  /** Answers the version. A deleted version can still be read by its id; a permanently deleted one is gone. */
  deleteVersion(subject: string, version: number, permanent: boolean): Promise<number> {
    return this.#journal.write(async append => {
      const value = version === LATEST ? this.store.latest(subject) : this.store.version(subject, version)
      if (value === undefined) throw this.store.hasSubjects(subject, true) ? versionNotFound(version) : subjectNotFound(subject)
      if (value.deleted && !permanent) throw versionSoftDeleted(subject, version)
      this.#checkWritable(subject)
      if (this.referrers(subject, value.version, permanent).length > 0) throw referenceExists(subject, value.version)
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
      this.#checkWritable(subject)
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

  /** What is configured for this very place; the global place always has something. */
  config(subject: string | undefined): Config | undefined {
    const own = this.store.config(subject)
    if (own !== undefined) return { ...own, compatibilityLevel: own.compatibilityLevel ?? DEFAULT_LEVEL }
    const isGlobal = subject === undefined || parseSubject(subject).context === GLOBAL_CONTEXT
    return isGlobal ? { compatibilityLevel: DEFAULT_LEVEL } : undefined
  }

  /** What holds for a place: its own, then its context's, then the global one. */
  configInScope(subject: string | undefined): Config {
    return this.#scopes(subject).reduceRight<Config>((outer, scope) => ({ ...outer, ...this.store.config(scope) }), {
      compatibilityLevel: DEFAULT_LEVEL,
    })
  }

  setConfig(subject: string | undefined, changes: { readonly [K in keyof Config]?: Config[K] | null }): Promise<Config> {
    return this.#journal.write(async append => {
      this.#checkWritable(subject)
      const value = withChanges(this.store.config(subject) ?? {}, changes)
      await append({ kind: 'CONFIG', subject, value })
      return value
    })
  }

  /** Answers what was configured. */
  deleteConfig(subject: string | undefined): Promise<Config> {
    return this.#journal.write(async append => {
      const config = this.config(subject)
      if (config === undefined) throw subjectNotFound(subject!)
      this.#checkWritable(subject)
      await append({ kind: 'CONFIG', subject, value: null })
      return config
    })
  }

  /** The mode of this very place. */
  mode(subject: string | undefined): Mode | undefined {
    const isGlobal = subject === undefined || parseSubject(subject).context === GLOBAL_CONTEXT
    return this.store.mode(subject) ?? (isGlobal ? 'READWRITE' : undefined)
  }

  modeInScope(subject: string | undefined): Mode {
    const modes = this.#scopes(subject).map(scope => this.store.mode(scope))
    if (modes.slice(1).includes('READONLY_OVERRIDE')) return 'READONLY_OVERRIDE'
    return modes.find(mode => mode !== undefined) ?? 'READWRITE'
  }

  /** A place takes mode IMPORT only while nothing is registered there, or by force: its ids come from elsewhere then. */
  setMode(subject: string | undefined, mode: Mode | null, force: boolean): Promise<void> {
    return this.#journal.write(async append => {
      if (mode === 'IMPORT' && this.modeInScope(subject) !== 'IMPORT' && !force) await this.#clear(subject, append)
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
      const mode = this.mode(subject)
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

  /** Where a setting is looked for, innermost first. */
  #scopes(subject: string | undefined): readonly (string | undefined)[] {
    const { context, name } = parseSubject(subject ?? '')
    const own = name === '' ? [] : [subject]
    const outer = context === DEFAULT_CONTEXT ? undefined : prefixOf(context)
    return [...own, outer, prefixOf(GLOBAL_CONTEXT)]
  }

  #subjectsIn(place: string): readonly string[] {
    const { context, name } = parseSubject(place)
    return name === '' ? this.store.subjects.filter(each => parseSubject(each).context === context) : [place]
  }

  #checkWritable(subject: string | undefined): void {
    if (isReadOnly(this.modeInScope(subject))) throw notPermitted(`${inContext(subject)} is in read-only mode`)
  }
}

const inContext = (subject: string | undefined): string =>
  `Subject ${subject ?? 'null'} in context ${prefixOf(parseSubject(subject ?? '').context)}`
