/** The formats by name, as the option `format` says them. */
import type { Options } from '../catalog/option.ts'
import type { BulkFormat, Format } from './format.ts'
import { LineSplitter, type Splitter, type SplitterSettings } from './framing.ts'
import { csv } from './csv/format.ts'
import { json } from './json/format.ts'
import { raw } from './raw.ts'
import { parquet } from './parquet/format.ts'

/** Formats of messages. */
export const formats: ReadonlyMap<string, Format> = new Map([json, csv, raw].map(format => [format.name, format]))

/** Formats whose files hold columns. */
export const bulkFormats: ReadonlyMap<string, BulkFormat> = new Map([parquet].map(format => [format.name, format]))

/** What cuts one file of this format into messages. */
export const createSplitter = (format: Format, options: Options, settings: SplitterSettings): Splitter =>
  format.splitter?.(options, settings) ?? new LineSplitter(settings)
