/** What a broker speaks. Its response has header 0 in every version, so that anyone can read it. */
import { type MessageOf, api, array, bool, int16, int32, int64, request, response, string } from '../schema.ts'

const ApiVersions = api('ApiVersions', { key: 18, versions: '0-4', flexible: '3+' })

export const ApiVersionsRequest = request(ApiVersions, {
  clientSoftwareName: string('3+').ignorable(),
  clientSoftwareVersion: string('3+').ignorable(),
})
export type ApiVersionsRequest = MessageOf<typeof ApiVersionsRequest>

export const ApiVersionsResponse = response(ApiVersions, {
  errorCode: int16(),
  apiKeys: array({ apiKey: int16(), minVersion: int16(), maxVersion: int16() }),
  throttleTimeMs: int32('1+').ignorable(),
  supportedFeatures: array('3+', { name: string(), minVersion: int16(), maxVersion: int16() }).ignorable().tagged(0),
  finalizedFeaturesEpoch: int64('3+').default(-1).ignorable().tagged(1),
  finalizedFeatures: array('3+', { name: string(), maxVersionLevel: int16(), minVersionLevel: int16() }).ignorable().tagged(2),
  zkMigrationReady: bool('3+').ignorable().tagged(3),
})
export type ApiVersionsResponse = MessageOf<typeof ApiVersionsResponse>
