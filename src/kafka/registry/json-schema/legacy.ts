/**
 * Drafts 4, 6 and 7. `enum`, `allOf`, `not`, `const` and `type` are read in this order, each takes its keywords away, and
 * what is left over is read by kind. `$ref` makes its neighbours mean nothing.
 */
import { type Json, isArray, isObject } from '../json/json.ts'
import { JsonSchemaError } from './documents.ts'
import { Keywords } from './keywords.ts'
import type { Children } from './load.ts'
import {
  type ArrayNode,
  type CombinedNode,
  EMPTY_ARRAY,
  EMPTY_OBJECT,
  type NumberNode,
  type ObjectNode,
  type SchemaNode,
  type StringNode,
} from './model.ts'

const COMBINATORS = ['allOf', 'anyOf', 'oneOf'] as const
const OF_STRINGS = ['minLength', 'maxLength', 'pattern', 'format']
const OF_NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
const OF_ARRAYS = ['items', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems']
const OF_OBJECTS = [
  'properties',
  'required',
  'minProperties',
  'maxProperties',
  'dependencies',
  'patternProperties',
  'additionalProperties',
]

export function loadLegacy(keywords: Keywords, base: string, children: Children): SchemaNode {
  const ref = keywords.text('$ref')
  if (ref !== undefined) return children.reference(ref, base, keywords.pointer)
  const reader = new Reader(keywords, base, children)
  const parts = [...reader.general(), ...reader.typed(), ...reader.rest()]
  if (parts.length === 0) return { kind: 'empty' }
  return parts.length === 1 ? parts[0]! : { kind: 'combined', criterion: 'allOf', schemas: parts }
}

class Reader {
  readonly #keywords: Keywords
  readonly #base: string
  readonly #children: Children
  readonly #read = new Set<string>()

  constructor(keywords: Keywords, base: string, children: Children) {
    this.#keywords = keywords
    this.#base = base
    this.#children = children
  }

  general(): readonly SchemaNode[] {
    const keywords = this.#keywords
    const found: SchemaNode[] = []
    const values = keywords.list('enum')
    if (values !== undefined) found.push({ kind: 'enum', values })
    for (const criterion of COMBINATORS) {
      const list = keywords.list(criterion)
      if (list !== undefined) found.push({ kind: 'combined', criterion, schemas: this.#list(list, criterion) })
    }
    if (keywords.has('not')) found.push({ kind: 'not', schema: this.#schema('not') })
    if (this.#children.draft !== '4' && keywords.has('const')) found.push({ kind: 'const', value: keywords.get('const')! })
    return found
  }

  typed(): readonly SchemaNode[] {
    const type = this.#keywords.get('type')
    if (type === undefined) return []
    if (typeof type === 'string') return [this.#ofType(type)]
    const types = isArray(type) ? this.#keywords.texts('type')! : undefined
    if (types === undefined) throw this.#keywords.wrong('type', 'a string or an array')
    const any: CombinedNode = { kind: 'combined', criterion: 'anyOf', schemas: types.map(each => this.#ofType(each)) }
    return [any]
  }

  /** Keywords of kinds that `type` did not name. */
  rest(): readonly SchemaNode[] {
    const found: SchemaNode[] = []
    if (this.#left(this.#ofArrays())) found.push(this.#array())
    if (this.#left(this.#ofObjects())) found.push(this.#object())
    if (this.#left(OF_NUMBERS)) found.push(this.#number(false))
    if (this.#left(OF_STRINGS)) found.push(this.#string())
    if (this.#children.draft === '7' && this.#left(['if', 'then', 'else'])) {
      for (const part of ['if', 'then', 'else']) if (this.#keywords.has(part)) this.#schema(part)
      found.push({ kind: 'conditional' })
    }
    return found
  }

  #left(names: readonly string[]): boolean {
    return names.some(name => this.#keywords.has(name) && !this.#read.has(name))
  }

  #ofArrays = (): readonly string[] => (this.#children.draft === '4' ? OF_ARRAYS : [...OF_ARRAYS, 'contains'])
  #ofObjects = (): readonly string[] => (this.#children.draft === '4' ? OF_OBJECTS : [...OF_OBJECTS, 'propertyNames'])

  #ofType(type: string): SchemaNode {
    switch (type) {
      case 'string':
        return this.#string()
      case 'integer':
      case 'number':
        return this.#number(type === 'integer')
      case 'boolean':
      case 'null':
        return { kind: type }
      case 'array':
        return this.#array()
      case 'object':
        return this.#object()
      default:
        throw new JsonSchemaError(this.#keywords.pointer, `unknown type: [${type}]`)
    }
  }

  #string(): StringNode {
    const keywords = this.#take(OF_STRINGS)
    keywords.text('format')
    return {
      kind: 'string',
      minLength: keywords.integer('minLength'),
      maxLength: keywords.integer('maxLength'),
      pattern: keywords.pattern('pattern'),
    }
  }

  #number(integer: boolean): NumberNode {
    const keywords = this.#take(OF_NUMBERS)
    const limit = (name: string) => {
      if (this.#children.draft !== '4') return keywords.number(name)
      // A flag in draft 4: it says nothing without minimum and maximum, which are compared as they are.
      keywords.boolean(name)
      return undefined
    }
    return {
      kind: 'number',
      integer,
      minimum: keywords.number('minimum'),
      maximum: keywords.number('maximum'),
      exclusiveMinimum: limit('exclusiveMinimum'),
      exclusiveMaximum: limit('exclusiveMaximum'),
      multipleOf: keywords.multipleOf(),
    }
  }

  #array(): ArrayNode {
    const keywords = this.#take(this.#ofArrays())
    const items = keywords.get('items')
    if (this.#children.draft !== '4' && keywords.has('contains')) this.#schema('contains')
    return {
      ...EMPTY_ARRAY,
      items: items === undefined || isArray(items) ? undefined : this.#schema('items'),
      tuple: isArray(items) ? this.#list(items, 'items') : [],
      additional: this.#additional('additionalItems'),
      minItems: keywords.integer('minItems'),
      maxItems: keywords.integer('maxItems'),
      uniqueItems: keywords.boolean('uniqueItems') ?? false,
    }
  }

  #object(): ObjectNode {
    const keywords = this.#take(this.#ofObjects())
    if (this.#children.draft !== '4' && keywords.has('propertyNames')) this.#schema('propertyNames')
    const patterns = this.#schemas('patternProperties')
    keywords.checkPatterns(patterns.keys())
    return {
      ...EMPTY_OBJECT,
      properties: this.#schemas('properties'),
      required: new Set(keywords.texts('required')),
      patterns,
      additional: this.#additional('additionalProperties'),
      minProperties: keywords.integer('minProperties'),
      maxProperties: keywords.integer('maxProperties'),
      ...this.#dependencies(),
    }
  }

  #dependencies(): Pick<ObjectNode, 'propertyDependencies' | 'schemaDependencies'> {
    const properties = new Map<string, ReadonlySet<string>>()
    const schemas = new Map<string, SchemaNode>()
    for (const [name, needed] of this.#keywords.object('dependencies') ?? []) {
      const pointer = `${this.#keywords.pointer}/dependencies`
      if (!isArray(needed)) schemas.set(name, this.#children.load(needed, this.#base, `${pointer}/${name}`))
      else if (needed.length > 0) properties.set(name, new Set(new Keywords(new Map([[name, needed]]), pointer).texts(name)))
    }
    return { propertyDependencies: properties, schemaDependencies: schemas }
  }

  #take(names: readonly string[]): Keywords {
    for (const name of names) this.#read.add(name)
    return this.#keywords
  }

  #schema(name: string): SchemaNode {
    return this.#children.load(this.#keywords.get(name)!, this.#base, `${this.#keywords.pointer}/${name}`)
  }

  #list(list: readonly Json[], name: string): readonly SchemaNode[] {
    return list.map((json, i) => this.#children.load(json, this.#base, `${this.#keywords.pointer}/${name}/${i}`))
  }

  #schemas(name: string): ReadonlyMap<string, SchemaNode> {
    const pointer = `${this.#keywords.pointer}/${name}`
    const schemas = this.#keywords.object(name) ?? new Map<string, Json>()
    return new Map(Array.from(schemas, ([key, json]) => [key, this.#children.load(json, this.#base, `${pointer}/${key}`)]))
  }

  #additional(name: string): SchemaNode | false | undefined {
    const value = this.#keywords.get(name)
    if (value === undefined || value === true) return undefined
    if (value === false) return false
    if (!isObject(value)) throw this.#keywords.wrong(name, 'a boolean or an object')
    return this.#schema(name)
  }
}
