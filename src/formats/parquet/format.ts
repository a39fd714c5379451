/** The format parquet: files that are columns already. */
import type { OptionSet } from '../../catalog/option.ts'
import { zoneOf } from '../../data/zone.ts'
import type { BulkFormat } from '../format.ts'
import { readFooter } from './footer.ts'
import { ParquetReader } from './reader.ts'

const options: OptionSet = {
  required: [],
  optional: [
    {
      name: 'utc-timezone',
      type: 'boolean',
      default: 'true',
      description: "read instants into TIMESTAMP columns as UTC shows them; 'false': as table.local-time-zone does",
    },
  ],
}

/**
 * Columns are matched by name. One that a file does not have is NULL, an error where it is NOT NULL. A declared type must
 * hold what the file's type holds; times and timestamps are cut to the declared precision.
 *
 * Errors: DataError PARQUET_FILE (no Parquet file), FILE_TRUNCATED, PARQUET_CORRUPT (a damaged page), PARQUET_TYPE and
 * PARQUET_COLUMN (the file's columns are not the table's), PARQUET_NULL, PARQUET_VALUE.
 */
export const parquet: BulkFormat = {
  name: 'parquet',
  options,
  async open(file, schema, given, { pool, zone }, fromRow) {
    const footer = await readFooter(file)
    const local = given.boolean('utc-timezone') ? undefined : zoneOf(zone)
    return ParquetReader.open(footer, schema, { file, pool, zone: local }, fromRow)
  },
}
