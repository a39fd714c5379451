/** ACLs by what they are about, so that those of one resource are found without looking at all of them. */
import { type Acl, type AnyResourceType, WILDCARD, keyOfAcl } from './acl.ts'

export class AclTable {
  readonly #byKey = new Map<string, Acl>()
  readonly #byType = new Map<AnyResourceType, TypeAcls>()
  /** Grows with every change. */
  version = 0

  get all(): Iterable<Acl> {
    return this.#byKey.values()
  }

  get count(): number {
    return this.#byKey.size
  }

  has(acl: Acl): boolean {
    return this.#byKey.has(keyOfAcl(acl))
  }

  add(acl: Acl): void {
    const key = keyOfAcl(acl)
    if (this.#byKey.has(key)) return
    this.#byKey.set(key, acl)
    let ofType = this.#byType.get(acl.resourceType)
    if (ofType === undefined) this.#byType.set(acl.resourceType, (ofType = new TypeAcls()))
    ofType.add(acl)
    this.version++
  }

  remove(acl: Acl): void {
    const key = keyOfAcl(acl)
    const known = this.#byKey.get(key)
    if (known === undefined) return
    this.#byKey.delete(key)
    this.#byType.get(acl.resourceType)!.remove(known)
    this.version++
  }

  /** All that have a say in this resource: of its name, of its beginnings, and of every name. */
  *about(type: AnyResourceType, name: string): Iterable<Acl> {
    yield* this.#byType.get(type)?.about(name) ?? []
  }

  *ofType(type: AnyResourceType): Iterable<Acl> {
    yield* this.#byType.get(type)?.all() ?? []
  }
}

class TypeAcls {
  readonly #literal = new Map<string, Acl[]>()
  readonly #prefixed = new Map<string, Acl[]>()
  /** How many prefixes there are of each length. */
  readonly #lengths = new Map<number, number>()

  add(acl: Acl): void {
    const isPrefix = acl.patternType === 'PREFIXED'
    const byName = isPrefix ? this.#prefixed : this.#literal
    const name = acl.resourceName
    const known = byName.get(name)
    if (known !== undefined) return void known.push(acl)
    byName.set(name, [acl])
    if (isPrefix) this.#lengths.set(name.length, (this.#lengths.get(name.length) ?? 0) + 1)
  }

  remove(acl: Acl): void {
    const isPrefix = acl.patternType === 'PREFIXED'
    const byName = isPrefix ? this.#prefixed : this.#literal
    const name = acl.resourceName
    const acls = byName.get(name)!
    acls.splice(acls.indexOf(acl), 1)
    if (acls.length > 0) return
    byName.delete(name)
    if (!isPrefix) return
    const left = this.#lengths.get(name.length)! - 1
    if (left > 0) this.#lengths.set(name.length, left)
    else this.#lengths.delete(name.length)
  }

  *about(name: string): Iterable<Acl> {
    yield* this.#literal.get(name) ?? []
    if (name !== WILDCARD) yield* this.#literal.get(WILDCARD) ?? []
    for (const length of this.#lengths.keys()) if (length <= name.length) yield* this.#prefixed.get(name.slice(0, length)) ?? []
  }

  *all(): Iterable<Acl> {
    for (const acls of this.#literal.values()) yield* acls
    for (const acls of this.#prefixed.values()) yield* acls
  }
}
