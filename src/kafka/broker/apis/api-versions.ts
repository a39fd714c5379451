/** ApiVersions: which requests are served, in which versions, and which features are on. */
import { apis } from '../../protocol/apis.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { features } from '../../protocol/features.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

export const apiVersions = (broker: Broker) =>
  handler('ApiVersions', (request, { version, connection }) => {
    if (version >= 3) {
      const { clientSoftwareName: name, clientSoftwareVersion } = request
      if (!SOFTWARE.test(name) || !SOFTWARE.test(clientSoftwareVersion)) return { errorCode: ErrorCode.INVALID_REQUEST }
      connection.clientSoftware = `${name} ${clientSoftwareVersion}`
    }
    return {
      apiKeys: Object.values(apis)
        .filter(row => broker.handlers[row.key] !== undefined)
        .map(row => ({ apiKey: row.key, minVersion: row.advertised.min, maxVersion: row.advertised.max })),
      // Before version 4 clients fail on a feature whose lowest level is 0.
      supportedFeatures: features
        .filter(feature => version >= 4 || feature.min > 0)
        .map(({ name, min, max }) => ({ name, minVersion: min, maxVersion: max })),
      finalizedFeaturesEpoch: 0,
      finalizedFeatures: features
        .filter(feature => feature.finalized > 0)
        .map(({ name, finalized }) => ({ name, maxVersionLevel: finalized, minVersionLevel: finalized })),
    }
  })
