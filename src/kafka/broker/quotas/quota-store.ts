/** Quotas, kept and shown; nothing is slowed down by them. A section of the journal: an entry is all that holds for one entity. */
import type { JournalSection, StateJournal } from '../../log/state-journal.ts'
import { type EntityType, type QuotaEntity, partsOf } from './quota-entity.ts'

export interface Quota {
  readonly entity: QuotaEntity
  readonly values: ReadonlyMap<string, number>
}

interface Entry {
  readonly entity: readonly (readonly [EntityType, string | null])[]
  readonly values: Readonly<Record<string, number>>
}

export class QuotaStore implements JournalSection {
  readonly id = 8
  readonly name = 'quotas'
  readonly #byEntity = new Map<string, Quota>()
  #journal: StateJournal | undefined

  open(journal: StateJournal): void {
    this.#journal = journal
  }

  replay(entry: Uint8Array): void {
    const { entity, values } = JSON.parse(new TextDecoder().decode(entry)) as Entry
    this.#put({ entity: new Map(entity), values: new Map(Object.entries(values)) })
  }

  *snapshot(): Iterable<Uint8Array> {
    for (const quota of this.#byEntity.values()) yield encoded(quota)
  }

  get all(): Iterable<Quota> {
    return this.#byEntity.values()
  }

  of(entity: QuotaEntity): ReadonlyMap<string, number> {
    return this.#byEntity.get(keyOf(entity))?.values ?? new Map()
  }

  /** Durable once the journal is. Without values there is no quota. */
  set(quota: Quota): void {
    this.#put(quota)
    this.#journal!.append(this.id, encoded(quota))
  }

  #put(quota: Quota): void {
    if (quota.values.size > 0) this.#byEntity.set(keyOf(quota.entity), quota)
    else this.#byEntity.delete(keyOf(quota.entity))
  }
}

export const keyOf = (entity: QuotaEntity): string =>
  JSON.stringify(partsOf(entity).map(({ entityType, entityName }) => [entityType, entityName]))

function encoded({ entity, values }: Quota): Uint8Array {
  const entry: Entry = { entity: [...entity], values: Object.fromEntries(values) }
  return new TextEncoder().encode(JSON.stringify(entry))
}
