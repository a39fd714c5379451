/** `import { Millrace } from 'millrace'`: the embedded engine. */
export { MillraceError, SqlError, DataError, ConnectorError, EvaluationError, UnsupportedError } from './base/errors.ts'
export { type Chunk, rowAt } from './data/chunk.ts'
export { Millrace, type OpenOptions, type ParameterValues, Result, type Row, type TypedChange } from './engine/millrace.ts'
export type { JsValue, ParameterValue } from './engine/js-value.ts'
export type { JobProgress, JobStatus } from './runtime/job/job-spec.ts'
// What a connector of one's own is made of.
export type { Connector, ConnectorContext, ScanRequest } from './connectors/connector.ts'
export { ChunkBuilder } from './data/chunk.ts'
export { RowKind } from './data/row-kind.ts'
export type { Position, Source, SourceReader } from './runtime/dataflow/source.ts'
export type { Sink, SinkWriter } from './runtime/dataflow/sink.ts'
