import { expect, test } from 'vitest'
import { decoderCode } from './decoder-code.ts'
import { encoderCode } from './encoder-code.ts'
import { ApiVersionsResponse } from './messages/api-versions.ts'
import { ConsumerGroupHeartbeatResponse } from './messages/consumer-group.ts'
import { MetadataRequest } from './messages/metadata.ts'

test('flexible: arrays of structs, tagged fields', () => {
  expect(String(decoderCode(ApiVersionsResponse, 3))).toMatchInlineSnapshot(`
    "function decodeApiVersionsResponse(reader) {
      const errorCode = reader.int16()
      const apiKeys = []
      for (let left = reader.compactArrayLength(); left > 0; left--) {
        const apiKey = reader.int16()
        const minVersion = reader.int16()
        const maxVersion = reader.int16()
        reader.skipTags()
        apiKeys.push({ apiKey, minVersion, maxVersion })
      }
      const throttleTimeMs = reader.int32()
      let supportedFeatures = []
      let finalizedFeaturesEpoch = (-1)
      let finalizedFeatures = []
      let zkMigrationReady = false
      for (let tags = reader.uvarint(); tags > 0; tags--) {
        const tag = reader.uvarint()
        const end = reader.tagEnd()
        switch (tag) {
          case 0: {
            const read = []
            for (let left_2 = reader.compactArrayLength(); left_2 > 0; left_2--) {
              const name = reader.compactString()
              const minVersion_2 = reader.int16()
              const maxVersion_2 = reader.int16()
              reader.skipTags()
              read.push({ name, minVersion: minVersion_2, maxVersion: maxVersion_2 })
            }
            supportedFeatures = read
            break
          }
          case 1: {
            finalizedFeaturesEpoch = reader.int64()
            break
          }
          case 2: {
            const read_2 = []
            for (let left_3 = reader.compactArrayLength(); left_3 > 0; left_3--) {
              const name_2 = reader.compactString()
              const maxVersionLevel = reader.int16()
              const minVersionLevel = reader.int16()
              reader.skipTags()
              read_2.push({ name: name_2, maxVersionLevel, minVersionLevel })
            }
            finalizedFeatures = read_2
            break
          }
          case 3: {
            zkMigrationReady = reader.bool()
            break
          }
          default:
            reader.skip(end - reader.position)
        }
        reader.expectTagEnd(end)
      }
      return { errorCode, apiKeys, throttleTimeMs, supportedFeatures, finalizedFeaturesEpoch, finalizedFeatures, zkMigrationReady }
    }"
  `)
  expect(String(encoderCode(ApiVersionsResponse, 3))).toMatchInlineSnapshot(`
    "function encodeApiVersionsResponse(value, writer) {
      writer.int16(value.errorCode ?? 0)
      const apiKeys = value.apiKeys ?? NONE
      writer.compactArrayLength(apiKeys.length)
      for (let i = 0; i < apiKeys.length; i++) {
        const apiKey = apiKeys[i]
        writer.int16(apiKey.apiKey ?? 0)
        writer.int16(apiKey.minVersion ?? 0)
        writer.int16(apiKey.maxVersion ?? 0)
        writer.uvarint(0)
      }
      writer.int32(value.throttleTimeMs ?? 0)
      const supportedFeatures = value.supportedFeatures ?? NONE
      const finalizedFeaturesEpoch = value.finalizedFeaturesEpoch ?? (-1)
      const finalizedFeatures = value.finalizedFeatures ?? NONE
      const zkMigrationReady = value.zkMigrationReady ?? false
      const hasSupportedFeatures = supportedFeatures.length !== 0
      const hasFinalizedFeaturesEpoch = finalizedFeaturesEpoch !== (-1)
      const hasFinalizedFeatures = finalizedFeatures.length !== 0
      const hasZkMigrationReady = zkMigrationReady !== false
      writer.uvarint((hasSupportedFeatures ? 1 : 0) + (hasFinalizedFeaturesEpoch ? 1 : 0) + (hasFinalizedFeatures ? 1 : 0) + (hasZkMigrationReady ? 1 : 0))
      if (hasSupportedFeatures) {
        const begin = writer.beginTag(0)
        writer.compactArrayLength(supportedFeatures.length)
        for (let i_2 = 0; i_2 < supportedFeatures.length; i_2++) {
          const supportedFeature = supportedFeatures[i_2]
          writer.compactString(supportedFeature.name ?? "")
          writer.int16(supportedFeature.minVersion ?? 0)
          writer.int16(supportedFeature.maxVersion ?? 0)
          writer.uvarint(0)
        }
        writer.endTag(begin)
      }
      if (hasFinalizedFeaturesEpoch) {
        const begin_2 = writer.beginTag(1)
        writer.int64(finalizedFeaturesEpoch)
        writer.endTag(begin_2)
      }
      if (hasFinalizedFeatures) {
        const begin_3 = writer.beginTag(2)
        writer.compactArrayLength(finalizedFeatures.length)
        for (let i_3 = 0; i_3 < finalizedFeatures.length; i_3++) {
          const finalizedFeature = finalizedFeatures[i_3]
          writer.compactString(finalizedFeature.name ?? "")
          writer.int16(finalizedFeature.maxVersionLevel ?? 0)
          writer.int16(finalizedFeature.minVersionLevel ?? 0)
          writer.uvarint(0)
        }
        writer.endTag(begin_3)
      }
      if (hasZkMigrationReady) {
        const begin_4 = writer.beginTag(3)
        writer.bool(zkMigrationReady)
        writer.endTag(begin_4)
      }
    }"
  `)
})

test('what may be null, and what a version lacks', () => {
  expect(String(decoderCode(MetadataRequest, 1))).toMatchInlineSnapshot(`
    "function decodeMetadataRequest(reader) {
      let left = reader.nullableArrayLength()
      const topics = left < 0 ? null : []
      for (; left > 0; left--) {
        const name = reader.string()
        topics.push({ topicId: "AAAAAAAAAAAAAAAAAAAAAA", name })
      }
      return { topics, allowAutoTopicCreation: true, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false }
    }"
  `)
  expect(String(encoderCode(MetadataRequest, 1))).toMatchInlineSnapshot(`
    "function encodeMetadataRequest(value, writer) {
      if (value.allowAutoTopicCreation !== undefined && value.allowAutoTopicCreation !== true) cannotCarry("allowAutoTopicCreation")
      if (value.includeClusterAuthorizedOperations !== undefined && value.includeClusterAuthorizedOperations !== false) cannotCarry("includeClusterAuthorizedOperations")
      if (value.includeTopicAuthorizedOperations !== undefined && value.includeTopicAuthorizedOperations !== false) cannotCarry("includeTopicAuthorizedOperations")
      const topics = value.topics === undefined ? NONE : value.topics
      if (topics === null) {
        writer.arrayLength(-1)
      } else {
        writer.arrayLength(topics.length)
        for (let i = 0; i < topics.length; i++) {
          const topic = topics[i]
          const name = topic.name === undefined ? "" : topic.name
          if (name === null) cannotBeNull("name")
          writer.string(name)
        }
      }
    }"
  `)
  expect(String(decoderCode(ConsumerGroupHeartbeatResponse, 0))).toMatchInlineSnapshot(`
    "function decodeConsumerGroupHeartbeatResponse(reader) {
      const throttleTimeMs = reader.int32()
      const errorCode = reader.int16()
      const errorMessage = reader.compactNullableString()
      const memberId = reader.compactNullableString()
      const memberEpoch = reader.int32()
      const heartbeatIntervalMs = reader.int32()
      let assignment = null
      if (reader.structFollows()) {
        const topicPartitions = []
        for (let left = reader.compactArrayLength(); left > 0; left--) {
          const topicId = reader.uuid()
          const partitions = []
          for (let left_2 = reader.compactArrayLength(); left_2 > 0; left_2--) {
            partitions.push(reader.int32())
          }
          reader.skipTags()
          topicPartitions.push({ topicId, partitions })
        }
        reader.skipTags()
        assignment = { topicPartitions }
      }
      reader.skipTags()
      return { throttleTimeMs, errorCode, errorMessage, memberId, memberEpoch, heartbeatIntervalMs, assignment }
    }"
  `)
  expect(String(encoderCode(ConsumerGroupHeartbeatResponse, 0))).toMatchInlineSnapshot(`
    "function encodeConsumerGroupHeartbeatResponse(value, writer) {
      writer.int32(value.throttleTimeMs ?? 0)
      writer.int16(value.errorCode ?? 0)
      writer.compactNullableString(value.errorMessage ?? null)
      writer.compactNullableString(value.memberId ?? null)
      writer.int32(value.memberEpoch ?? 0)
      writer.int32(value.heartbeatIntervalMs ?? 0)
      const assignment = value.assignment ?? null
      if (assignment === null) {
        writer.int8(-1)
      } else {
        writer.int8(1)
        const topicPartitions = assignment.topicPartitions ?? NONE
        writer.compactArrayLength(topicPartitions.length)
        for (let i = 0; i < topicPartitions.length; i++) {
          const topicPartition = topicPartitions[i]
          writer.uuid(topicPartition.topicId ?? "AAAAAAAAAAAAAAAAAAAAAA")
          const partitions = topicPartition.partitions ?? NONE
          writer.compactArrayLength(partitions.length)
          for (let i_2 = 0; i_2 < partitions.length; i_2++) {
            const partition = partitions[i_2]
            writer.int32(partition)
          }
          writer.uvarint(0)
        }
        writer.uvarint(0)
      }
      writer.uvarint(0)
    }"
  `)
})
