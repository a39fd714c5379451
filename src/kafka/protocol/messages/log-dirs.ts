/** Log directories and what lies in them. */
import { type MessageOf, api, array, bool, int16, int32, int64, request, response, string } from '../schema.ts'

const DescribeLogDirs = api('DescribeLogDirs', { key: 35, versions: '1-5', flexible: '2+' })

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
