/**
 * What was set while the broker runs, of brokers, groups, and subscriptions to clients' metrics. (Topics keep theirs themselves.)
 * A section of the journal; an entry says all that is set of one resource.
 */
import type { JournalSection, StateJournal } from '../../log/state-journal.ts'

interface Entry {
  readonly type: number
  readonly name: string
  readonly configs: Readonly<Record<string, string>>
}

const NONE: ReadonlyMap<string, string> = new Map()

export class ConfigStore implements JournalSection {
  readonly id = 7
  readonly name = 'configs'
  /** By type, then by name. */
  readonly #resources = new Map<number, Map<string, ReadonlyMap<string, string>>>()
  #journal: StateJournal | undefined

  open(journal: StateJournal): void {
    this.#journal = journal
  }

  replay(entry: Uint8Array): void {
    const { type, name, configs } = JSON.parse(new TextDecoder().decode(entry)) as Entry
    this.#put(type, name, new Map(Object.entries(configs)))
  }

  *snapshot(): Iterable<Uint8Array> {
    for (const [type, byName] of this.#resources) for (const [name, configs] of byName) yield encoded(type, name, configs)
  }

  of(type: number, name: string): ReadonlyMap<string, string> {
    return this.#resources.get(type)?.get(name) ?? NONE
  }

  /** Resources of which something is set. */
  names(type: number): readonly string[] {
    return [...(this.#resources.get(type)?.keys() ?? [])]
  }

  /** Durable once the journal is. */
  set(type: number, name: string, configs: ReadonlyMap<string, string>): void {
    this.#put(type, name, configs)
    this.#journal!.append(this.id, encoded(type, name, configs))
  }

  #put(type: number, name: string, configs: ReadonlyMap<string, string>): void {
    let byName = this.#resources.get(type)
    if (byName === undefined) this.#resources.set(type, (byName = new Map()))
    if (configs.size > 0) byName.set(name, configs)
    else byName.delete(name)
  }
}

function encoded(type: number, name: string, configs: ReadonlyMap<string, string>): Uint8Array {
  const entry: Entry = { type, name, configs: Object.fromEntries(configs) }
  return new TextEncoder().encode(JSON.stringify(entry))
}
