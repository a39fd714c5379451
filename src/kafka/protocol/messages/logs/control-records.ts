/**
 * What stands in control batches: the ends of transactions, and what KRaft tells itself.
 *
 *     key types      0 abort, 1 commit, 2 leader change, 3 snapshot header, 4 snapshot footer, 5 KRaft version, 6 KRaft voters
 */
import { type MessageOf, array, data, flexible, int16, int32, int64, string, struct, uint16, uuid } from '../../schema.ts'

const voter = { voterId: int32(), voterDirectoryId: uuid('1+') }

export const ControlRecordTypeSchema = data('ControlRecordTypeSchema', '0', flexible('none'), { type: int16() })
export type ControlRecordTypeSchema = MessageOf<typeof ControlRecordTypeSchema>

export const EndTxnMarker = data('EndTxnMarker', '0', flexible('none'), { coordinatorEpoch: int32() })
export type EndTxnMarker = MessageOf<typeof EndTxnMarker>

export const LeaderChangeMessage = data('LeaderChangeMessage', '0-1', flexible('0+'), {
  version: int16(),
  leaderId: int32(),
  voters: array(voter),
  grantingVoters: array(voter),
})
export type LeaderChangeMessage = MessageOf<typeof LeaderChangeMessage>

export const SnapshotHeaderRecord = data('SnapshotHeaderRecord', '0', flexible('0+'), {
  version: int16(),
  lastContainedLogTimestamp: int64(),
})
export type SnapshotHeaderRecord = MessageOf<typeof SnapshotHeaderRecord>

export const SnapshotFooterRecord = data('SnapshotFooterRecord', '0', flexible('0+'), { version: int16() })
export type SnapshotFooterRecord = MessageOf<typeof SnapshotFooterRecord>

export const KRaftVersionRecord = data('KRaftVersionRecord', '0', flexible('0+'), { version: int16(), kRaftVersion: int16() })
export type KRaftVersionRecord = MessageOf<typeof KRaftVersionRecord>

export const VotersRecord = data('VotersRecord', '0', flexible('0+'), {
  version: int16(),
  voters: array({
    voterId: int32(),
    voterDirectoryId: uuid(),
    endpoints: array({ name: string(), host: string(), port: uint16() }),
    kRaftVersionFeature: struct({ minSupportedVersion: int16(), maxSupportedVersion: int16() }),
  }),
})
export type VotersRecord = MessageOf<typeof VotersRecord>
