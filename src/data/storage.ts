/**
 * How a type's values lie in a column. Generated code reads and writes these arrays directly.
 *
 *     bool    Uint8Array 0 or 1
 *     i32     Int32Array      TINYINT SMALLINT INT, DATE (days), TIME (ms of day), INTERVAL YEAR TO MONTH (months)
 *     i64     BigInt64Array   BIGINT, TIMESTAMP(p<=3) (epoch ms), INTERVAL DAY TO SECOND (ms), DECIMAL(p<=18) (unscaled)
 *     f64     Float64Array    FLOAT (always rounded to 32 bits) and DOUBLE
 *     i128    two BigInt64Array lanes, low (as unsigned) and high: DECIMAL(p>18) (unscaled)
 *     ts      BigInt64Array epoch ms (floored) and Int32Array nanoseconds of that millisecond: TIMESTAMP(p>3)
 *     bytes   views into one buffer: Uint8Array, Int32Array starts, Int32Array ends. Text is UTF-8
 *     object  an array of JavaScript values: ARRAY MAP MULTISET ROW VARIANT
 *
 * TIMESTAMP_LTZ is stored like TIMESTAMP. A row that is NULL has an unspecified but readable value (zero, an empty view).
 */
import type { DataType } from './type.ts'

export type Storage = 'bool' | 'i32' | 'i64' | 'f64' | 'i128' | 'ts' | 'bytes' | 'object'

export function storageOf(type: DataType): Storage {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'NULL':
      return 'bool'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'i32'
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return 'i64'
    case 'FLOAT':
    case 'DOUBLE':
      return 'f64'
    case 'DECIMAL':
      return type.precision <= 18 ? 'i64' : 'i128'
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return type.precision <= 3 ? 'i64' : 'ts'
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return 'bytes'
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
    case 'VARIANT':
      return 'object'
  }
}
