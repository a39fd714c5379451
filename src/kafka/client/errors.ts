/**
 * What a Kafka that is not ours may answer, told as errors of ours: who said no, to what, and what to do.
 *
 *     refused(29, { broker: 'kafka-1:9092', what: 'Fetch', partition: 'orders-3' })
 *     [KAFKA_DENIED] kafka-1:9092 answered TOPIC_AUTHORIZATION_FAILED to Fetch of orders-3: not authorized for the topic
 */
import { ConnectorError, type ErrorDetails } from '../../base/errors.ts'
import { ErrorCode, kafkaError } from '../protocol/errors.ts'

/** A broker answered with one of Kafka's error codes. */
export class RefusedError extends ConnectorError {
  readonly errorCode: number
  /** As Kafka calls it: `TOPIC_AUTHORIZATION_FAILED`. */
  readonly errorName: string

  constructor(
    errorCode: number,
    code: string,
    message: string,
    details: ErrorDetails & { readonly retry?: 'backoff' | 'never' },
  ) {
    super(code, message, details)
    this.errorCode = errorCode
    this.errorName = kafkaError(errorCode).name
  }
}

export interface RefusedAt {
  /** `kafka-1:9092` */
  readonly broker: string
  /** The API, as Kafka calls it. */
  readonly what: string
  /** A topic, a partition `orders-3`, a group: what it was about. */
  readonly of?: string | undefined
  /** What the broker says of it in its own words. */
  readonly message?: string | null | undefined
}

export function refused(errorCode: number, { broker, what, of, message }: RefusedAt): RefusedError {
  const { name, retriable, message: meaning } = kafkaError(errorCode)
  const { code, hint } = causes[errorCode] ?? OTHER
  const about = of === undefined ? '' : ` of ${of}`
  const why = message === undefined || message === null || message === '' ? meaning : message
  return new RefusedError(errorCode, code, `${broker} answered ${name} to ${what}${about}: ${why}`, {
    hint,
    retry: retriable ? 'backoff' : 'never',
  })
}

interface Cause {
  readonly code: string
  readonly hint?: string | undefined
}

const OTHER: Cause = { code: 'KAFKA_REFUSED' }
const UNKNOWN: Cause = {
  code: 'KAFKA_TOPIC_UNKNOWN',
  hint: 'is the name right? `millrace topic list` shows the topics there are',
}
const DENIED: Cause = {
  code: 'KAFKA_DENIED',
  hint: "an administrator of the cluster gives rights by ACLs; who we are is said by 'sasl.jaas.config'",
}
const FENCED: Cause = {
  code: 'KAFKA_FENCED',
  hint: 'does another job run with the same transactional id, or was this one taken for dead?',
}

const causes: Readonly<Record<number, Cause>> = {
  [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]: UNKNOWN,
  [ErrorCode.UNKNOWN_TOPIC_ID]: { code: 'KAFKA_TOPIC_UNKNOWN', hint: 'was the topic deleted?' },
  [ErrorCode.TOPIC_AUTHORIZATION_FAILED]: DENIED,
  [ErrorCode.GROUP_AUTHORIZATION_FAILED]: DENIED,
  [ErrorCode.CLUSTER_AUTHORIZATION_FAILED]: DENIED,
  [ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED]: DENIED,
  [ErrorCode.OFFSET_OUT_OF_RANGE]: {
    code: 'KAFKA_OFFSET_RANGE',
    hint: "the records there have expired or were never written; 'auto.offset.reset' as earliest or latest goes on from there",
  },
  [ErrorCode.MESSAGE_TOO_LARGE]: {
    code: 'KAFKA_TOO_LARGE',
    hint: "raise the topic's max.message.bytes, lower 'batch.size', or compress with 'compression.type'",
  },
  [ErrorCode.RECORD_LIST_TOO_LARGE]: { code: 'KAFKA_TOO_LARGE', hint: "lower 'batch.size'" },
  [ErrorCode.PRODUCER_FENCED]: FENCED,
  [ErrorCode.INVALID_PRODUCER_EPOCH]: FENCED,
  [ErrorCode.SASL_AUTHENTICATION_FAILED]: {
    code: 'KAFKA_AUTHENTICATION',
    hint: "user and password are in 'sasl.jaas.config'",
  },
  [ErrorCode.UNSUPPORTED_SASL_MECHANISM]: { code: 'KAFKA_AUTHENTICATION' },
  [ErrorCode.ILLEGAL_SASL_STATE]: { code: 'KAFKA_AUTHENTICATION' },
  [ErrorCode.SECURITY_DISABLED]: { code: 'KAFKA_REFUSED', hint: 'the broker runs without an authorizer' },
  [ErrorCode.NON_EMPTY_GROUP]: { code: 'KAFKA_REFUSED', hint: 'stop the members of the group first' },
  [ErrorCode.UNKNOWN_MEMBER_ID]: {
    code: 'KAFKA_REFUSED',
    hint: 'the group has members of its own: stop them, or use another group',
  },
}

/** The connection could not be made, or was lost with a request on its way. */
export const connectionLost = (broker: string, why: string, cause?: unknown): ConnectorError =>
  new ConnectorError('KAFKA_CONNECTION', `the connection to ${broker} ${why}`, {
    retry: 'backoff',
    hint: "is a broker listening there? 'bootstrap.servers' says where to look, the broker's advertised listeners where to go on",
    cause,
  })

export const timedOut = (broker: string, what: string, ms: number): ConnectorError =>
  new ConnectorError('KAFKA_TIMEOUT', `${broker} did not answer ${what} within ${ms} ms`, {
    retry: 'backoff',
    hint: "'request.timeout.ms' sets how long to wait",
  })

export const notAuthenticated = (broker: string, why: string, hint?: string, cause?: unknown): ConnectorError =>
  new ConnectorError('KAFKA_AUTHENTICATION', `${broker}: ${why}`, { hint, cause })

/** Trying again may help. */
export const mayPass = (error: unknown): boolean => error instanceof ConnectorError && error.retry === 'backoff'

export const isRefusal = (error: unknown, ...codes: readonly number[]): error is RefusedError =>
  error instanceof RefusedError && codes.includes(error.errorCode)

/** `orders-3` */
export const partitionName = (topic: string, partition: number): string => `${topic}-${partition}`
