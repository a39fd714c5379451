/**
 * Drafts 2019-09 and 2020-12. Every keyword stands for itself, `$ref` among them; those of one kind join.
 *
 *     {"$ref": "#/$defs/a", "minLength": 1, "maxLength": 2}   →   all of: reference, string (minLength 1, maxLength 2)
 */
import { type Json, isArray, isObject } from '../json/json.ts'
import { JsonSchemaError } from './documents.ts'
import type { Keywords } from './keywords.ts'
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

export function loadModern(keywords: Keywords, base: string, children: Children): SchemaNode {
  const reader = new Reader(keywords, base, children)
  const parts = [
    ...reader.types(),
    ...reader.general(),
    ...reader.strings(),
    ...reader.numbers(),
    ...reader.objects(),
    ...reader.arrays(),
  ]
  let joined: readonly SchemaNode[] = []
  for (const part of parts) joined = join(joined, part)
  if (joined.length === 0) return { kind: 'empty' }
  return joined.length === 1 ? joined[0]! : { kind: 'combined', criterion: 'allOf', schemas: joined }
}

/** Several types at once: keywords of one of them say something about it alone. */
const TYPES = Symbol('types')
type TypesNode = CombinedNode & { readonly [TYPES]: true }

function join(parts: readonly SchemaNode[], part: SchemaNode): readonly SchemaNode[] {
  const only = parts.length === 1 ? parts[0]! : undefined
  if (only !== undefined && TYPES in only) {
    const { schemas } = only as TypesNode
    if (schemas.some(({ kind }) => kind === part.kind)) return [{ ...(only as TypesNode), schemas: accumulate(schemas, part) }]
  }
  return accumulate(parts, part)
}

function accumulate(parts: readonly SchemaNode[], part: SchemaNode): readonly SchemaNode[] {
  const i = MERGED.has(part.kind) ? parts.findIndex(({ kind }) => kind === part.kind) : -1
  return i < 0 ? [...parts, part] : parts.with(i, merge(parts[i]!, part))
}

const MERGED: ReadonlySet<string> = new Set(['string', 'number', 'object', 'array'])

function merge(a: SchemaNode, b: SchemaNode): SchemaNode {
  const said = { ...a, ...Object.fromEntries(Object.entries(b).filter(([, value]) => value !== undefined)) } as SchemaNode
  if (a.kind === 'number' && b.kind === 'number') return { ...(said as NumberNode), integer: a.integer || b.integer }
  return said
}

class Reader {
  readonly #keywords: Keywords
  readonly #base: string
  readonly #children: Children

  constructor(keywords: Keywords, base: string, children: Children) {
    this.#keywords = keywords
    this.#base = base
    this.#children = children
  }

  types(): readonly SchemaNode[] {
    const type = this.#keywords.get('type')
    if (type === undefined) return []
    if (typeof type === 'string') return [this.#ofType(type)]
    if (!isArray(type)) throw this.#keywords.wrong('type', 'a string or an array')
    const schemas = this.#keywords.texts('type')!.map(each => this.#ofType(each))
    const types: TypesNode = { kind: 'combined', criterion: 'anyOf', schemas, [TYPES]: true }
    return [types]
  }

  #ofType(type: string): SchemaNode {
    switch (type) {
      case 'string':
        return { kind: 'string' }
      case 'integer':
      case 'number':
        return { kind: 'number', integer: type === 'integer' }
      case 'boolean':
      case 'null':
        return { kind: type }
      case 'array':
        return EMPTY_ARRAY
      case 'object':
        return EMPTY_OBJECT
      default:
        throw new JsonSchemaError(this.#keywords.pointer, `unknown type: [${type}]`)
    }
  }

  general(): readonly SchemaNode[] {
    const keywords = this.#keywords
    const found: SchemaNode[] = []
    for (const name of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const ref = keywords.text(name)
      if (ref !== undefined) found.push(this.#children.reference(ref, this.#base, keywords.pointer))
    }
    const values = keywords.list('enum')
    if (values !== undefined) found.push({ kind: 'enum', values })
    if (keywords.has('const')) found.push({ kind: 'const', value: keywords.get('const')! })
    for (const criterion of ['allOf', 'anyOf', 'oneOf'] as const) {
      const list = keywords.list(criterion)
      if (list !== undefined) found.push({ kind: 'combined', criterion, schemas: this.#list(list, criterion) })
    }
    if (keywords.has('not')) found.push({ kind: 'not', schema: this.#schema('not')! })
    if (keywords.has('if', 'then', 'else')) {
      for (const part of ['if', 'then', 'else']) this.#schema(part)
      found.push({ kind: 'conditional' })
    }
    for (const [name, json] of keywords.object('$defs') ?? []) {
      this.#children.load(json, this.#base, `${keywords.pointer}/$defs/${name}`)
    }
    return found
  }

  strings(): readonly SchemaNode[] {
    const keywords = this.#keywords
    keywords.text('format')
    if (!keywords.has('minLength', 'maxLength', 'pattern')) return []
    const found: StringNode = {
      kind: 'string',
      minLength: keywords.integer('minLength'),
      maxLength: keywords.integer('maxLength'),
      pattern: keywords.pattern('pattern'),
    }
    return [found]
  }

  numbers(): readonly SchemaNode[] {
    const keywords = this.#keywords
    if (!keywords.has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf')) return []
    const found: NumberNode = {
      kind: 'number',
      integer: false,
      minimum: keywords.number('minimum'),
      maximum: keywords.number('maximum'),
      exclusiveMinimum: keywords.number('exclusiveMinimum'),
      exclusiveMaximum: keywords.number('exclusiveMaximum'),
      multipleOf: keywords.multipleOf(),
    }
    return [found]
  }

  objects(): readonly SchemaNode[] {
    const keywords = this.#keywords
    const properties = this.#schemas('properties')
    const patterns = this.#schemas('patternProperties')
    keywords.checkPatterns(patterns.keys())
    this.#schema('propertyNames')
    const names = [
      'required',
      'additionalProperties',
      'unevaluatedProperties',
      'propertyNames',
      'minProperties',
      'maxProperties',
      'dependentRequired',
      'dependentSchemas',
    ]
    if (properties.size === 0 && patterns.size === 0 && !keywords.has(...names)) return []
    const required = Array.from(keywords.object('dependentRequired') ?? [])
    const found: ObjectNode = {
      kind: 'object',
      properties,
      required: new Set(keywords.texts('required')),
      patterns,
      additional: this.#additional('additionalProperties'),
      unevaluated: this.#schema('unevaluatedProperties'),
      minProperties: keywords.integer('minProperties'),
      maxProperties: keywords.integer('maxProperties'),
      propertyDependencies: new Map(required.map(([name, needed]) => [name, new Set(this.#texts(needed, name))])),
      schemaDependencies: this.#schemas('dependentSchemas'),
    }
    return [found]
  }

  arrays(): readonly SchemaNode[] {
    const keywords = this.#keywords
    const names = [
      'items',
      'prefixItems',
      'additionalItems',
      'contains',
      'minItems',
      'maxItems',
      'uniqueItems',
      'unevaluatedItems',
    ]
    if (!keywords.has(...names)) return []
    this.#schema('contains')
    const contains = keywords.has('contains')
    const found: ArrayNode = {
      kind: 'array',
      ...this.#elements(),
      unevaluated: this.#schema('unevaluatedItems'),
      minItems: keywords.integer('minItems'),
      maxItems: keywords.integer('maxItems'),
      uniqueItems: keywords.boolean('uniqueItems') ?? false,
      minContains: contains ? (keywords.integer('minContains') ?? 1) : undefined,
      maxContains: contains ? keywords.integer('maxContains') : undefined,
    }
    return [found]
  }

  /** 2019-09 writes a tuple as `items` and its rest as `additionalItems`, 2020-12 as `prefixItems` and `items`. */
  #elements(): Pick<ArrayNode, 'items' | 'tuple' | 'additional'> {
    const items = this.#keywords.get('items')
    if (isArray(items)) {
      if (this.#children.draft !== '2019-09') throw this.#keywords.wrong('items', 'a schema')
      return { tuple: this.#list(items, 'items'), additional: this.#additional('additionalItems') }
    }
    const prefix = this.#keywords.list('prefixItems')
    if (prefix !== undefined) return { tuple: this.#list(prefix, 'prefixItems'), additional: this.#additional('items') }
    if (items === undefined || typeof items === 'boolean') return { tuple: [], additional: this.#additional('items') }
    return { tuple: [], items: this.#schema('items') }
  }

  #texts(needed: Json, name: string): readonly string[] {
    if (isArray(needed) && needed.every(each => typeof each === 'string')) return needed as readonly string[]
    throw new JsonSchemaError(`${this.#keywords.pointer}/dependentRequired/${name}`, 'expected an array of strings')
  }

  #schema(name: string): SchemaNode | undefined {
    const json = this.#keywords.get(name)
    return json === undefined ? undefined : this.#children.load(json, this.#base, `${this.#keywords.pointer}/${name}`)
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
    if (!isObject(value)) throw this.#keywords.wrong(name, 'a schema')
    return this.#schema(name)
  }
}
