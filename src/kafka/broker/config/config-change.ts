/** What is asked to be done to the properties of a resource, and what they are then. */
import { ErrorCode } from '../../protocol/errors.ts'
import { KafkaRefusal } from '../topics.ts'
import { ConfigOperation } from './config-numbers.ts'
import { type ConfigTable, listOf } from './definition.ts'

/** All properties anew (AlterConfigs), or some changes (IncrementalAlterConfigs). */
export type ConfigChange =
  | { readonly kind: 'replace'; readonly configs: readonly { readonly name: string; readonly value: string | null }[] }
  | { readonly kind: 'edit'; readonly configs: readonly ConfigEdit[] }

export interface ConfigEdit {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

/**
 * What is set after the change. Fails where a value is missing, or what is not a list is appended to; whether values are right is
 * for who asks. `effective`: what holds where nothing is set.
 */
export function changed(
  table: ConfigTable,
  before: ReadonlyMap<string, string>,
  change: ConfigChange,
  effective: (name: string) => string,
): ReadonlyMap<string, string> {
  if (change.kind === 'replace') return new Map(change.configs.map(({ name, value }) => [name, notNull(name, value)]))
  if (new Set(change.configs.map(({ name }) => name)).size < change.configs.length)
    throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'a property is changed twice')
  const after = new Map(before)
  for (const { name, configOperation, value } of change.configs) {
    if (configOperation === ConfigOperation.DELETE) after.delete(name)
    else if (configOperation === ConfigOperation.SET) after.set(name, notNull(name, value))
    else {
      checkList(table, name)
      after.set(name, editedList(before.get(name) ?? effective(name), configOperation, notNull(name, value)))
    }
  }
  return after
}

function checkList(table: ConfigTable, name: string): void {
  if (table.check(name, null).type !== 'list')
    throw new KafkaRefusal(ErrorCode.INVALID_CONFIG, `${name} is no list: nothing can be appended to it or taken from it`)
}

function editedList(before: string, operation: number, text: string): string {
  const items = listOf(text)
  switch (operation) {
    case ConfigOperation.APPEND:
      return [...new Set([...listOf(before), ...items])].join(',')
    case ConfigOperation.SUBTRACT:
      return listOf(before)
        .filter(item => !items.includes(item))
        .join(',')
    default:
      throw new KafkaRefusal(ErrorCode.UNKNOWN_SERVER_ERROR, `there is no operation ${operation}`)
  }
}

function notNull(name: string, value: string | null): string {
  if (value === null) throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, `${name} can not be null`)
  return value
}
