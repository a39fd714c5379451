/**
 * Where a `$ref` leads: into this document or into one that came with it, by `$id`, by anchor or by JSON pointer.
 * Nothing is fetched.
 *
 *     const documents = new Documents(root, draft, new Map([['money.json', {…}]]))
 *     documents.resolve('money.json#/definitions/amount', documents.rootBase)   // { json, base, pointer }
 */
import { MillraceError } from '../../../base/errors.ts'
import { type Json, type JsonObject, isArray, isObject } from '../json/json.ts'
import { type Draft, idKeyword, metaSchemaDraft } from './draft.ts'

export class JsonSchemaError extends MillraceError {
  constructor(pointer: string, message: string) {
    super('SCHEMA_INVALID', 'user', `${pointer}: ${message}`)
  }
}

/** A schema in its place: what relative references in it are relative to, and the pointer that errors name. */
export interface Place {
  readonly json: Json
  readonly base: string
  readonly pointer: string
}

/** For documents that have no address of their own. */
const HERE = 'mem://input/'

export class Documents {
  readonly rootBase: string
  readonly #draft: Draft
  readonly #places = new Map<string, Place>()

  constructor(root: Json, draft: Draft, references: ReadonlyMap<string, Json>) {
    this.#draft = draft
    this.rootBase = join(HERE, ownId(root, draft) ?? '')
    for (const [name, json] of references) {
      for (const address of [join(this.rootBase, name), join(HERE, name)]) this.#index(json, address, '#', name)
    }
    this.#index(root, this.rootBase, '#', '')
    this.#places.set(HERE, { json: root, base: this.rootBase, pointer: '#' })
  }

  /** The base of what lies in `json`. */
  baseOf(json: JsonObject, base: string): string {
    const id = ownId(json, this.#draft)
    return id === undefined || id.startsWith('#') ? base : join(base, id)
  }

  /** Undefined stands for the schema of a draft itself, which accepts any schema. */
  resolve(ref: string, base: string, from: string): Place | undefined {
    const address = join(base, ref)
    const direct = this.#places.get(address)
    if (direct !== undefined) return direct
    const [document, fragment = ''] = address.split('#') as [string, string?]
    const place = this.#places.get(document)
    if (place === undefined) {
      if (metaSchemaDraft(document) !== undefined) return undefined
      const remote = /^https?:/.test(document) ? ': schemas are not fetched, register it and name it in "references"' : ''
      throw new JsonSchemaError(from, `could not resolve $ref '${ref}'${remote}`)
    }
    const found = this.#walk(place, fragment)
    if (found === undefined) throw new JsonSchemaError(from, `could not resolve $ref '${ref}'`)
    return found
  }

  #walk(start: Place, fragment: string): Place | undefined {
    if (fragment !== '' && !fragment.startsWith('/')) return undefined
    let { json, base, pointer } = start
    const tokens = fragment === '' ? [] : fragment.slice(1).split('/').map(unescape)
    for (const token of tokens) {
      const next = isObject(json)
        ? (json.get(token) ?? (token === '$defs' ? json.get('definitions') : undefined))
        : isArray(json)
          ? json[Number(token)]
          : undefined
      if (next === undefined) return undefined
      json = next
      pointer = `${pointer}/${token}`
      // The last step is the schema itself, whose own id its loader looks at.
      if (isObject(json) && token !== tokens.at(-1)) base = this.baseOf(json, base)
    }
    return { json, base, pointer }
  }

  /** Every place that has an address. */
  #index(json: Json, base: string, pointer: string, document: string): void {
    if (pointer === '#') this.#put(base, { json, base, pointer: `${document}#` })
    if (isArray(json)) json.forEach((element, i) => this.#index(element, base, `${pointer}/${i}`, document))
    if (!isObject(json)) return
    const id = ownId(json, this.#draft)
    const place = { json, base, pointer: `${document}${pointer}` }
    const inner = this.baseOf(json, base)
    if (id !== undefined) this.#put(id.startsWith('#') ? join(base, id) : inner, place)
    for (const anchor of [json.get('$anchor'), json.get('$dynamicAnchor')]) {
      if (typeof anchor === 'string') this.#put(join(inner, `#${anchor}`), place)
    }
    for (const [key, member] of json) this.#index(member, inner, `${pointer}/${key}`, document)
  }

  #put(address: string, place: Place): void {
    const bare = address.replace(/#$/, '')
    if (!this.#places.has(bare)) this.#places.set(bare, place)
  }
}

function ownId(json: Json, draft: Draft): string | undefined {
  const id = isObject(json) ? json.get(idKeyword(draft)) : undefined
  return typeof id === 'string' ? id : undefined
}

/** `reference` as seen from `base`; text that is no address stays what it is. */
function join(base: string, reference: string): string {
  if (reference === '') return base
  return (URL.canParse(reference, base) ? new URL(reference, base).href : reference).replace(/#$/, '')
}

const unescape = (token: string): string => {
  const plain = /%[0-9a-fA-F]{2}/.test(token) ? decodeURIComponent(token) : token
  return plain.replaceAll('~1', '/').replaceAll('~0', '~')
}
