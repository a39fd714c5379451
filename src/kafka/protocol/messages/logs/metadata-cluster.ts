/**
 * `__cluster_metadata`: brokers, controllers, features, producer ids, and the brackets round records that belong
 * together.
 */
import { type MessageOf, array, bool, flexible, int16, int32, int64, int8, record, string, uint16, uuid } from '../../schema.ts'

export const RegisterBrokerRecord = record(0, 'RegisterBrokerRecord', '0-4', flexible('0+'), {
  brokerId: int32(),
  isMigratingZkBroker: bool('2+'),
  incarnationId: uuid(),
  brokerEpoch: int64(),
  endPoints: array({ name: string(), host: string(), port: uint16(), securityProtocol: int16() }),
  features: array({ name: string(), minSupportedVersion: int16(), maxSupportedVersion: int16() }),
  rack: string().nullable(),
  fenced: bool().default(true),
  inControlledShutdown: bool('1+'),
  logDirs: array('3+', uuid()).tagged(0),
  cordonedLogDirs: array('4+', uuid()).orNull().tagged(1),
})
export type RegisterBrokerRecord = MessageOf<typeof RegisterBrokerRecord>

export const UnregisterBrokerRecord = record(1, 'UnregisterBrokerRecord', '0', flexible('0+'), {
  brokerId: int32(),
  brokerEpoch: int64(),
})
export type UnregisterBrokerRecord = MessageOf<typeof UnregisterBrokerRecord>

export const BrokerRegistrationChangeRecord = record(17, 'BrokerRegistrationChangeRecord', '0-3', flexible('0+'), {
  brokerId: int32(),
  brokerEpoch: int64(),
  fenced: int8().tagged(0),
  inControlledShutdown: int8('1+').tagged(1),
  logDirs: array('2+', uuid()).tagged(2),
  cordonedLogDirs: array('3+', uuid()).orNull().tagged(3),
})
export type BrokerRegistrationChangeRecord = MessageOf<typeof BrokerRegistrationChangeRecord>

export const FenceBrokerRecord = record(7, 'FenceBrokerRecord', '0', flexible('0+'), { id: int32(), epoch: int64() })
export type FenceBrokerRecord = MessageOf<typeof FenceBrokerRecord>

export const UnfenceBrokerRecord = record(8, 'UnfenceBrokerRecord', '0', flexible('0+'), { id: int32(), epoch: int64() })
export type UnfenceBrokerRecord = MessageOf<typeof UnfenceBrokerRecord>

export const RegisterControllerRecord = record(27, 'RegisterControllerRecord', '0', flexible('0+'), {
  controllerId: int32(),
  incarnationId: uuid(),
  zkMigrationReady: bool(),
  endPoints: array({ name: string(), host: string(), port: uint16(), securityProtocol: int16() }),
  features: array({ name: string(), minSupportedVersion: int16(), maxSupportedVersion: int16() }),
})
export type RegisterControllerRecord = MessageOf<typeof RegisterControllerRecord>

export const FeatureLevelRecord = record(12, 'FeatureLevelRecord', '0', flexible('0+'), { name: string(), featureLevel: int16() })
export type FeatureLevelRecord = MessageOf<typeof FeatureLevelRecord>

export const ProducerIdsRecord = record(15, 'ProducerIdsRecord', '0', flexible('0+'), {
  brokerId: int32(),
  brokerEpoch: int64().default(-1),
  nextProducerId: int64(),
})
export type ProducerIdsRecord = MessageOf<typeof ProducerIdsRecord>

export const ZkMigrationStateRecord = record(21, 'ZkMigrationStateRecord', '0', flexible('0+'), { zkMigrationState: int8() })
export type ZkMigrationStateRecord = MessageOf<typeof ZkMigrationStateRecord>

export const BeginTransactionRecord = record(23, 'BeginTransactionRecord', '0', flexible('0+'), {
  name: string().orNull().tagged(0),
})
export type BeginTransactionRecord = MessageOf<typeof BeginTransactionRecord>

export const EndTransactionRecord = record(24, 'EndTransactionRecord', '0', flexible('0+'), {})
export type EndTransactionRecord = MessageOf<typeof EndTransactionRecord>

export const AbortTransactionRecord = record(25, 'AbortTransactionRecord', '0', flexible('0+'), {
  reason: string().orNull().tagged(0),
})
export type AbortTransactionRecord = MessageOf<typeof AbortTransactionRecord>

export const NoOpRecord = record(20, 'NoOpRecord', '0', flexible('0+'), {})
export type NoOpRecord = MessageOf<typeof NoOpRecord>
