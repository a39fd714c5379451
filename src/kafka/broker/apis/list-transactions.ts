/** ListTransactions: ids with their states, all of them or those that meet every condition. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { PatternError } from '../groups/pattern/syntax.ts'
import { compilePattern } from '../groups/pattern/topic-pattern.ts'
import { TransactionState, stateNames } from '../transactions/states.ts'
import type { Transaction } from '../transactions/transaction.ts'

export const listTransactions = (broker: Broker) =>
  handler('ListTransactions', (request, context) => {
    const named = namedBy(request.transactionalIdPattern)
    if (named === undefined)
      return { errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION, unknownStateFilters: [], transactionStates: [] }
    const wanted = conditionOf(request, broker.clock.nowMs())
    const found: Transaction[] = []
    for (const transaction of broker.transactions.all) {
      const { transactionalId } = transaction
      if (wanted(transaction) && named(transactionalId) && context.may('DESCRIBE', 'TRANSACTIONAL_ID', transactionalId))
        found.push(transaction)
    }
    return {
      errorCode: ErrorCode.NONE,
      unknownStateFilters: request.stateFilters.filter(state => !stateNames.includes(state)),
      transactionStates: found.map(({ transactionalId, producerId, state }) => ({
        transactionalId,
        producerId,
        transactionState: stateNames[state],
      })),
    }
  })

function conditionOf(request: RequestOf<'ListTransactions'>, nowMs: number): (transaction: Transaction) => boolean {
  const { stateFilters, producerIdFilters, durationFilter } = request
  const states = new Set(stateFilters)
  const producers = new Set(producerIdFilters)
  return ({ state, producerId, startedMs }) =>
    state !== TransactionState.Dead &&
    (states.size === 0 || states.has(stateNames[state]!)) &&
    (producers.size === 0 || producers.has(producerId)) &&
    // What never began counts from the beginning of time, as with Kafka.
    (durationFilter < 0 || nowMs - startedMs > durationFilter)
}

/** Whether an id matches a pattern as a whole; undefined for what is no pattern. */
function namedBy(pattern: string | null): ((transactionalId: string) => boolean) | undefined {
  if (pattern === null || pattern === '') return () => true
  try {
    const compiled = compilePattern(pattern)
    return transactionalId => compiled.matches(transactionalId)
  } catch (error) {
    if (error instanceof PatternError) return undefined
    throw error
  }
}
