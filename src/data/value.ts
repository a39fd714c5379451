/**
 * One SQL value as JavaScript: what literals, function implementations, nested values and library users see.
 *
 *     BOOLEAN                      boolean
 *     TINYINT SMALLINT INT         number
 *     BIGINT                       bigint
 *     FLOAT DOUBLE                 number (FLOAT rounded to 32 bits)
 *     DECIMAL(p, s)                bigint, unscaled: 12.50 as DECIMAL(4, 2) is 1250n
 *     CHAR VARCHAR                 string
 *     BINARY VARBINARY             Uint8Array
 *     DATE                         number, days since 1970-01-01
 *     TIME(p)                      number, milliseconds of the day
 *     TIMESTAMP(p), _LTZ(p)        bigint: milliseconds since the epoch if p <= 3, else nanoseconds since the epoch
 *     INTERVAL YEAR TO MONTH       number of months
 *     INTERVAL DAY TO SECOND       bigint, milliseconds
 *     ARRAY                        Value[]
 *     MULTISET                     [element, count: number][]
 *     MAP                          [key, value][] in insertion order, keys distinct
 *     ROW                          Value[] by position
 *     VARIANT                      parsed JSON: null boolean number bigint string array, object as Map
 *     SQL NULL                     null
 */
// oxlint-disable-next-line no-redundant-type-constituents
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[] | ReadonlyMap<string, Value>
