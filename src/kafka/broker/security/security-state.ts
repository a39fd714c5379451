/**
 * Who is known and who may what, through every restart: SCRAM credentials and ACLs. A section of the journal, in JSON.
 *
 *     {"scram":["alice","SCRAM-SHA-256",4096,salt,storedKey,serverKey]}     {"noScram":["alice","SCRAM-SHA-256"]}
 *     {"acl":{…}}                                                           {"noAcl":{…}}
 *     {"secret":…}      from which salts are made for users that are not there
 */
import type { JournalSection, StateJournal } from '../../log/state-journal.ts'
import type { Acl } from './acl/acl.ts'
import { AclTable } from './acl/acl-table.ts'
import type { ScramCredential, ScramName } from './sasl/scram-credential.ts'

type ScramEntry = readonly [
  user: string,
  mechanism: ScramName,
  iterations: number,
  salt: string,
  storedKey: string,
  serverKey: string,
]

interface Entry {
  readonly scram?: ScramEntry
  readonly noScram?: readonly [user: string, mechanism: ScramName]
  readonly acl?: Acl
  readonly noAcl?: Acl
  readonly secret?: string
}

export class SecurityState implements JournalSection {
  readonly id = 6
  readonly name = 'security'
  readonly acls = new AclTable()
  /** By user, then by mechanism. */
  readonly #scram = new Map<string, Map<ScramName, ScramCredential>>()
  #secret: Uint8Array | undefined
  #journal: Pick<StateJournal, 'append'> | undefined

  open(journal: Pick<StateJournal, 'append'>): void {
    this.#journal = journal
  }

  replay(entry: Uint8Array): void {
    this.#apply(JSON.parse(new TextDecoder().decode(entry)) as Entry)
  }

  *snapshot(): Iterable<Uint8Array> {
    if (this.#secret !== undefined) yield encoded({ secret: base64(this.#secret) })
    for (const [user, byMechanism] of this.#scram)
      for (const [mechanism, credential] of byMechanism) yield encoded({ scram: scramEntry(user, mechanism, credential) })
    for (const acl of this.acls.all) yield encoded({ acl })
  }

  // ── SCRAM ─────────────────────────────────────────────────────────────────────────────────────────

  get scramUsers(): Iterable<string> {
    return this.#scram.keys()
  }

  scramOf(user: string): ReadonlyMap<ScramName, ScramCredential> | undefined {
    return this.#scram.get(user)
  }

  setScram(user: string, mechanism: ScramName, credential: ScramCredential): void {
    this.#say({ scram: scramEntry(user, mechanism, credential) })
  }

  removeScram(user: string, mechanism: ScramName): void {
    this.#say({ noScram: [user, mechanism] })
  }

  /** Made once, and kept. */
  secret(make: () => Uint8Array): Uint8Array {
    if (this.#secret === undefined) this.#say({ secret: base64(make()) })
    return this.#secret!
  }

  // ── ACLs ──────────────────────────────────────────────────────────────────────────────────────────

  addAcl(acl: Acl): void {
    if (!this.acls.has(acl)) this.#say({ acl })
  }

  removeAcl(acl: Acl): void {
    if (this.acls.has(acl)) this.#say({ noAcl: acl })
  }

  #say(entry: Entry): void {
    this.#apply(entry)
    this.#journal!.append(this.id, encoded(entry))
  }

  #apply({ scram, noScram, acl, noAcl, secret }: Entry): void {
    if (scram !== undefined) {
      const [user, mechanism, iterations, ...keys] = scram
      const [salt, storedKey, serverKey] = keys.map(text => Buffer.from(text, 'base64')) as [Buffer, Buffer, Buffer]
      let byMechanism = this.#scram.get(user)
      if (byMechanism === undefined) this.#scram.set(user, (byMechanism = new Map()))
      byMechanism.set(mechanism, { iterations, salt, storedKey, serverKey })
    }
    if (noScram !== undefined) {
      const [user, mechanism] = noScram
      const byMechanism = this.#scram.get(user)
      byMechanism?.delete(mechanism)
      if (byMechanism?.size === 0) this.#scram.delete(user)
    }
    if (acl !== undefined) this.acls.add(acl)
    if (noAcl !== undefined) this.acls.remove(noAcl)
    if (secret !== undefined) this.#secret = Buffer.from(secret, 'base64')
  }
}

const scramEntry = (user: string, mechanism: ScramName, credential: ScramCredential): ScramEntry => [
  user,
  mechanism,
  credential.iterations,
  base64(credential.salt),
  base64(credential.storedKey),
  base64(credential.serverKey),
]

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const encoded = (entry: Entry): Uint8Array => new TextEncoder().encode(JSON.stringify(entry))
