/** What `__transaction_state` comes to: transactional ids, and whose transactions are open. */
import { join } from 'node:path'
import type { Files } from '../../../base/files.ts'
import { decodeCoordinatorRecord, transactionLog } from '../../protocol/coordinator-records.ts'
import type { TransactionLogValue } from '../../protocol/messages/logs/transaction-log.ts'
import { stateNames } from '../../broker/transactions/states.ts'
import { readOwnLog } from './own-log.ts'

export class TransactionImages {
  readonly transactions = new Map<string, TransactionLogValue>()

  async read(files: Files, directory: string, name: string): Promise<void> {
    await readOwnLog(files, join(directory, name), ({ key, value }) => {
      const record = key === null ? undefined : decodeCoordinatorRecord(transactionLog, key, value)
      if (record === undefined) return
      if (record.value === null) this.transactions.delete(record.key.transactionalId)
      else this.transactions.set(record.key.transactionalId, record.value)
    })
  }

  /** Those that are not over. */
  get open(): readonly string[] {
    return Array.from(this.transactions)
      .filter(([, { transactionStatus }]) => !over.has(stateNames[transactionStatus] ?? ''))
      .map(([id, { transactionStatus }]) => `transactional id ${id} is ${stateNames[transactionStatus] ?? transactionStatus}`)
  }
}

const over: ReadonlySet<string> = new Set(['Empty', 'CompleteCommit', 'CompleteAbort', 'Dead'])
