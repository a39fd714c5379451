/** Log directories, what lies in them, and what should. */
import { type MessageOf, api, array, bool, int16, int32, int64, request, response, string } from '../schema.ts'

const DescribeLogDirs = api('DescribeLogDirs', { key: 35, versions: '1-5', flexible: '2+' })

const AlterReplicaLogDirs = api('AlterReplicaLogDirs', { key: 34, versions: '1-2', flexible: '2+' })

export const DescribeLogDirsRequest = request(DescribeLogDirs, {
  topics: array({ topic: string(), partitions: array(int32()) }).nullable(),
})
export type DescribeLogDirsRequest = MessageOf<typeof DescribeLogDirsRequest>

export const DescribeLogDirsResponse = response(DescribeLogDirs, {
  throttleTimeMs: int32(),
  errorCode: int16('3+').ignorable(),
  results: array({
    errorCode: int16(),
    logDir: string(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        partitionSize: int64(),
        offsetLag: int64(),
        isFutureKey: bool(),
      }),
    }),
    totalBytes: int64('4+').default(-1).ignorable(),
    usableBytes: int64('4+').default(-1).ignorable(),
    isCordoned: bool('5+').ignorable(),
  }),
})
export type DescribeLogDirsResponse = MessageOf<typeof DescribeLogDirsResponse>

export const AlterReplicaLogDirsRequest = request(AlterReplicaLogDirs, {
  dirs: array({ path: string(), topics: array({ name: string(), partitions: array(int32()) }) }),
})
export type AlterReplicaLogDirsRequest = MessageOf<typeof AlterReplicaLogDirsRequest>

export const AlterReplicaLogDirsResponse = response(AlterReplicaLogDirs, {
  throttleTimeMs: int32(),
  results: array({ topicName: string(), partitions: array({ partitionIndex: int32(), errorCode: int16() }) }),
})
export type AlterReplicaLogDirsResponse = MessageOf<typeof AlterReplicaLogDirsResponse>
