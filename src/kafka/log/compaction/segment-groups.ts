/**
 * Which segments are written into one: neighbours that fit into a segment together, as large as they are now. So small segments
 * that compaction leaves grow together again. Rules: Kafka's Cleaner.groupSegmentsBySize.
 */

/** A closed segment as a cleaning job knows it. */
export interface SourceSegment {
  readonly baseOffset: number
  /** Where the next segment begins. */
  readonly endOffset: number
  readonly bytes: number
  readonly indexBytes: number
  readonly timeIndexBytes: number
}

const MAX_RELATIVE_OFFSET = 2 ** 31 - 1

export function segmentGroups(
  segments: readonly SourceSegment[],
  segmentBytes: number,
  segmentIndexBytes: number,
): readonly (readonly SourceSegment[])[] {
  const groups: SourceSegment[][] = []
  let [bytes, indexBytes, timeIndexBytes] = [0, 0, 0]
  for (const segment of segments) {
    const group = groups.at(-1)
    bytes += segment.bytes
    indexBytes += segment.indexBytes
    timeIndexBytes += segment.timeIndexBytes
    const fits = bytes <= segmentBytes && indexBytes <= segmentIndexBytes && timeIndexBytes <= segmentIndexBytes
    const near = group !== undefined && segment.endOffset - 1 - group[0]!.baseOffset <= MAX_RELATIVE_OFFSET
    if (group !== undefined && fits && (near || segment.bytes === 0)) group.push(segment)
    else {
      groups.push([segment])
      bytes = segment.bytes
      indexBytes = segment.indexBytes
      timeIndexBytes = segment.timeIndexBytes
    }
  }
  return groups
}
