/**
 * The syntax tree: what was written, and where. It knows nothing of what names or types mean.
 *
 *     SELECT user, SUM(amount) FROM orders GROUP BY user
 *     query ── select ─┬─ items    column user, call SUM ── column amount
 *                      ├─ from     table orders
 *                      └─ groupBy  column user
 *
 * Laws every node keeps:
 * - plain data, told apart by `kind`; every optional part is present, as `undefined`, `false` or `[]`
 * - `span` covers the node's whole text, its parentheses aside
 * - synonyms are folded: `!=` is `<>`, `INTEGER` is `INT`, `FETCH FIRST 3 ROWS ONLY` is `LIMIT 3`, `DAYS` is `DAY`
 * - parentheses leave no node: the shape of the tree says what they said
 * - no tree is deeper than `maxHeight` of `parser.ts`, so walking one recursively is safe
 */
import type { Span } from '../base/span.ts'

// ── names ────────────────────────────────────────────────────────────────────────────────────────

/** One name as written, without its back-quotes: case is kept, since Flink's names are case-sensitive. */
export interface Identifier {
  readonly kind: 'identifier'
  readonly name: string
  readonly quoted: boolean
  readonly span: Span
}

/** A path of names: `orders`, `db.orders`, `cat.db.orders`. Never empty. */
export interface Name {
  readonly kind: 'name'
  readonly parts: readonly Identifier[]
  readonly span: Span
}

// ── expressions ──────────────────────────────────────────────────────────────────────────────────

export type Expression =
  | Literal
  | ColumnReference
  | Star
  | Parameter
  | NiladicFunction
  | Unary
  | Binary
  | Logical
  | Is
  | IsDistinct
  | Between
  | InList
  | InQuery
  | Like
  | Quantified
  | Exists
  | Subquery
  | Row
  | Collection
  | CollectionQuery
  | Item
  | FieldAccess
  | Call
  | Case
  | Cast
  | Extract
  | RoundToUnit
  | Position
  | Substring
  | Overlay
  | Trim
  | TimestampAdd
  | TimestampDiff
  | JsonExists
  | JsonValue
  | JsonQuery
  | JsonObject
  | JsonArray
  | JsonObjectAgg
  | JsonArrayAgg
  | MatchSemantics

export type Literal =
  | NumberLiteral
  | StringLiteral
  | BinaryLiteral
  | BooleanLiteral
  | NullLiteral
  | DatetimeLiteral
  | IntervalLiteral
  | IntervalExpression

/** `1`, `1.0`, `1e0`: the text as written, since `1.0` and `1.00` have different types. Unsigned. */
export interface NumberLiteral {
  readonly kind: 'number'
  readonly text: string
  readonly span: Span
}

/** The value after escapes, whether written as `'..'`, `U&'..'` or `E'..'`. */
export interface StringLiteral {
  readonly kind: 'string'
  readonly value: string
  readonly span: Span
}

/** `x'0cff'`: an even number of hex digits, in lower case. */
export interface BinaryLiteral {
  readonly kind: 'binary-literal'
  readonly hex: string
  readonly span: Span
}

/** `TRUE`, `FALSE`, and `UNKNOWN` as `null`. */
export interface BooleanLiteral {
  readonly kind: 'boolean'
  readonly value: boolean | null
  readonly span: Span
}

export interface NullLiteral {
  readonly kind: 'null'
  readonly span: Span
}

/** `DATE '2020-01-31'`, `TIME '10:11:12.5'`, `TIMESTAMP '2020-01-31 10:11:12'`: the text is not checked here. */
export interface DatetimeLiteral {
  readonly kind: 'datetime'
  readonly type: 'DATE' | 'TIME' | 'TIMESTAMP'
  readonly text: string
  readonly span: Span
}

/** `INTERVAL -'1-2' YEAR TO MONTH`: the text is not checked here, and `negative` is the sign outside the quotes. */
export interface IntervalLiteral {
  readonly kind: 'interval'
  readonly negative: boolean
  readonly text: string
  readonly qualifier: IntervalQualifier
  readonly span: Span
}

/** `INTERVAL (n) DAY`, `INTERVAL n DAY`: a number of units that is computed. */
export interface IntervalExpression {
  readonly kind: 'interval-expression'
  readonly operand: Expression
  readonly qualifier: IntervalQualifier
  readonly span: Span
}

/** `DAY(3) TO SECOND(6)`. */
export interface IntervalQualifier {
  readonly kind: 'interval-qualifier'
  readonly start: TimeUnit
  readonly startPrecision: number | undefined
  readonly end: TimeUnit | undefined
  /** Fraction digits of a SECOND, at either end. */
  readonly fractionPrecision: number | undefined
  readonly span: Span
}

export const timeUnits = [
  'MILLENNIUM',
  'CENTURY',
  'DECADE',
  'YEAR',
  'ISOYEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'DOW',
  'ISODOW',
  'DOY',
  'HOUR',
  'MINUTE',
  'SECOND',
  'MILLISECOND',
  'MICROSECOND',
  'NANOSECOND',
  'EPOCH',
] as const
export type TimeUnit = (typeof timeUnits)[number]

/** A unit with its place. Plurals and `SQL_TSI_DAY` are folded. */
export interface UnitName {
  readonly kind: 'unit'
  readonly unit: TimeUnit
  readonly span: Span
}

/** `a`, `t.a`, `cat.db.t.a.b`: which part is a table, a column or a field of it is for the binder to say. */
export interface ColumnReference {
  readonly kind: 'column'
  readonly parts: readonly Identifier[]
  readonly span: Span
}

/** `*` or `t.*`; in a select list, and as the argument of COUNT. */
export interface Star {
  readonly kind: 'star'
  readonly qualifier: Name | undefined
  readonly span: Span
}

/** `?` has an index, counted from 0 over the whole text; `:name` has a name. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly index: number | undefined
  readonly name: string | undefined
  readonly span: Span
}

export const niladicNames = [
  'CURRENT_CATALOG',
  'CURRENT_DATE',
  'CURRENT_DEFAULT_TRANSFORM_GROUP',
  'CURRENT_PATH',
  'CURRENT_ROLE',
  'CURRENT_SCHEMA',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'SESSION_USER',
  'SYSTEM_USER',
  'USER',
] as const
export type NiladicName = (typeof niladicNames)[number]

/** A function written without parentheses: `CURRENT_DATE`, `LOCALTIMESTAMP(3)`. */
export interface NiladicFunction {
  readonly kind: 'niladic'
  readonly name: NiladicName
  readonly precision: number | undefined
  readonly span: Span
}

export interface Unary {
  readonly kind: 'unary'
  readonly operator: '+' | '-' | 'NOT'
  readonly operand: Expression
  readonly span: Span
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '||'
export type MultisetOperator =
  | 'MULTISET UNION ALL'
  | 'MULTISET UNION DISTINCT'
  | 'MULTISET INTERSECT ALL'
  | 'MULTISET INTERSECT DISTINCT'
  | 'MULTISET EXCEPT ALL'
  | 'MULTISET EXCEPT DISTINCT'
  | 'MEMBER OF'
  | 'NOT MEMBER OF'
  | 'SUBMULTISET OF'
  | 'NOT SUBMULTISET OF'
export type PeriodOperator =
  | 'OVERLAPS'
  | 'CONTAINS'
  | 'EQUALS'
  | 'PRECEDES'
  | 'SUCCEEDS'
  | 'IMMEDIATELY PRECEDES'
  | 'IMMEDIATELY SUCCEEDS'
export type BinaryOperator = ComparisonOperator | ArithmeticOperator | MultisetOperator | PeriodOperator

export interface Binary {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  /** Of the operator alone. */
  readonly operatorSpan: Span
  readonly span: Span
}

/** `a AND b AND c` is one node with three operands, so that a long condition is wide and not deep. At least two. */
export interface Logical {
  readonly kind: 'logical'
  readonly operator: 'AND' | 'OR'
  readonly operands: readonly Expression[]
  readonly span: Span
}

export type IsTest =
  | 'NULL'
  | 'TRUE'
  | 'FALSE'
  | 'UNKNOWN'
  | 'JSON VALUE'
  | 'JSON OBJECT'
  | 'JSON ARRAY'
  | 'JSON SCALAR'
  | 'EMPTY'
  | 'A SET'

/** `x IS [NOT] NULL`; `IS JSON` is folded into `IS JSON VALUE`. */
export interface Is {
  readonly kind: 'is'
  readonly operand: Expression
  readonly test: IsTest
  readonly negated: boolean
  readonly span: Span
}

/** `a IS [NOT] DISTINCT FROM b`; `negated` is IS NOT DISTINCT FROM. */
export interface IsDistinct {
  readonly kind: 'is-distinct'
  readonly left: Expression
  readonly right: Expression
  readonly negated: boolean
  readonly span: Span
}

export interface Between {
  readonly kind: 'between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly symmetric: boolean
  readonly negated: boolean
  readonly span: Span
}

export interface InList {
  readonly kind: 'in-list'
  readonly operand: Expression
  readonly list: readonly Expression[]
  readonly negated: boolean
  readonly span: Span
}

export interface InQuery {
  readonly kind: 'in-query'
  readonly operand: Expression
  readonly query: Query
  readonly negated: boolean
  readonly span: Span
}

export interface Like {
  readonly kind: 'like'
  readonly operator: 'LIKE' | 'ILIKE' | 'RLIKE' | 'SIMILAR TO'
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape: Expression | undefined
  readonly negated: boolean
  readonly span: Span
}

/** `a > ALL (SELECT ..)`, `a = ANY (1, 2)`; SOME is folded into ANY. Exactly one of `query` and `list` is there. */
export interface Quantified {
  readonly kind: 'quantified'
  readonly operator: ComparisonOperator
  readonly quantifier: 'ANY' | 'ALL'
  readonly left: Expression
  readonly query: Query | undefined
  readonly list: readonly Expression[] | undefined
  readonly span: Span
}

export interface Exists {
  readonly kind: 'exists'
  readonly query: Query
  readonly span: Span
}

/** `(SELECT ..)` where a value is wanted. */
export interface Subquery {
  readonly kind: 'subquery'
  readonly query: Query
  readonly span: Span
}

/** `ROW(a, b)`, or `(a, b)` when not `explicit`. */
export interface Row {
  readonly kind: 'row'
  readonly items: readonly Expression[]
  readonly explicit: boolean
  readonly span: Span
}

/** `ARRAY[a, b]`, `MAP[k, v, k, v]` (an even number of elements), `MULTISET[a, b]`. */
export interface Collection {
  readonly kind: 'collection'
  readonly type: 'ARRAY' | 'MAP' | 'MULTISET'
  readonly elements: readonly Expression[]
  readonly span: Span
}

/** `ARRAY(SELECT ..)`. */
export interface CollectionQuery {
  readonly kind: 'collection-query'
  readonly type: 'ARRAY' | 'MAP' | 'MULTISET'
  readonly query: Query
  readonly span: Span
}

/** `a[i]`, `m['k']`. */
export interface Item {
  readonly kind: 'item'
  readonly operand: Expression
  readonly index: Expression
  readonly span: Span
}

/** `f(x).a`, `a[1].b`: fields of something that is not a plain path. */
export interface FieldAccess {
  readonly kind: 'field'
  readonly operand: Expression
  readonly field: Identifier
  readonly span: Span
}

/** A function call. Function names are case-insensitive; the case written is kept. */
export interface Call {
  readonly kind: 'call'
  readonly name: Name
  readonly quantifier: 'DISTINCT' | 'ALL' | undefined
  readonly args: readonly Argument[]
  /** ORDER BY inside the parentheses: `ARRAY_AGG(x ORDER BY y)`. */
  readonly orderBy: readonly OrderItem[]
  readonly nullTreatment: NullTreatment | undefined
  readonly withinGroup: readonly OrderItem[]
  readonly filter: Expression | undefined
  /** A window, or the name of one from the WINDOW clause. */
  readonly over: WindowSpec | Identifier | undefined
  readonly span: Span
}

export type NullTreatment = 'IGNORE NULLS' | 'RESPECT NULLS'
export type Argument = Expression | NamedArgument | TableArgument | ModelArgument | DescriptorArgument | DefaultArgument

/** `SIZE => INTERVAL '1' HOUR`. */
export interface NamedArgument {
  readonly kind: 'named-argument'
  readonly name: Identifier
  readonly value: Exclude<Argument, NamedArgument>
  readonly span: Span
}

/** `TABLE t PARTITION BY k ORDER BY ts`, or a query in place of the name. */
export interface TableArgument {
  readonly kind: 'table-argument'
  readonly table: Name | Query | Call
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly span: Span
}

/** `MODEL m`. */
export interface ModelArgument {
  readonly kind: 'model-argument'
  readonly model: Name
  readonly span: Span
}

/** `DESCRIPTOR(ts)`; a column may carry a type: `DESCRIPTOR(a INT, b STRING)`. */
export interface DescriptorArgument {
  readonly kind: 'descriptor'
  readonly columns: readonly DescriptorColumn[]
  readonly span: Span
}

export interface DescriptorColumn {
  readonly kind: 'descriptor-column'
  readonly name: Identifier
  readonly type: TypeName | undefined
  readonly span: Span
}

/** `DEFAULT` in place of an argument. */
export interface DefaultArgument {
  readonly kind: 'default'
  readonly span: Span
}

/** With an `operand` each WHEN lists values to compare it with; without one each WHEN has one condition. */
export interface Case {
  readonly kind: 'case'
  readonly operand: Expression | undefined
  readonly whens: readonly When[]
  readonly otherwise: Expression | undefined
  readonly span: Span
}

export interface When {
  readonly kind: 'when'
  readonly conditions: readonly Expression[]
  readonly result: Expression
  readonly span: Span
}

/** CAST, or TRY_CAST when `safe`. */
export interface Cast {
  readonly kind: 'cast'
  readonly safe: boolean
  readonly operand: Expression
  readonly type: TypeName
  readonly span: Span
}

export interface Extract {
  readonly kind: 'extract'
  readonly unit: UnitName
  readonly operand: Expression
  readonly span: Span
}

/** `FLOOR(ts TO HOUR)`; without a unit FLOOR is a plain call. CEILING is folded into CEIL. */
export interface RoundToUnit {
  readonly kind: 'round-to-unit'
  readonly operator: 'FLOOR' | 'CEIL'
  readonly operand: Expression
  readonly unit: UnitName
  readonly span: Span
}

/** `POSITION(needle IN haystack [FROM from])`. */
export interface Position {
  readonly kind: 'position'
  readonly needle: Expression
  readonly haystack: Expression
  readonly from: Expression | undefined
  readonly span: Span
}

/** `SUBSTRING(x FROM a [FOR n])`; with commas it is a plain call. */
export interface Substring {
  readonly kind: 'substring'
  readonly operand: Expression
  readonly from: Expression
  readonly length: Expression | undefined
  readonly span: Span
}

/** `OVERLAY(x PLACING y FROM a [FOR n])`. */
export interface Overlay {
  readonly kind: 'overlay'
  readonly operand: Expression
  readonly placing: Expression
  readonly from: Expression
  readonly length: Expression | undefined
  readonly span: Span
}

/** `TRIM([BOTH|LEADING|TRAILING] [characters FROM] x)`; no side written means BOTH, no characters mean blanks. */
export interface Trim {
  readonly kind: 'trim'
  readonly side: 'BOTH' | 'LEADING' | 'TRAILING'
  readonly characters: Expression | undefined
  readonly operand: Expression
  readonly span: Span
}

/** `TIMESTAMPADD(unit, count, operand)`. */
export interface TimestampAdd {
  readonly kind: 'timestamp-add'
  readonly unit: UnitName
  readonly count: Expression
  readonly operand: Expression
  readonly span: Span
}

/** `TIMESTAMPDIFF(unit, from, to)`: `to` minus `from`. */
export interface TimestampDiff {
  readonly kind: 'timestamp-diff'
  readonly unit: UnitName
  readonly from: Expression
  readonly to: Expression
  readonly span: Span
}

export interface JsonExists {
  readonly kind: 'json-exists'
  readonly input: Expression
  readonly path: Expression
  readonly onError: 'TRUE' | 'FALSE' | 'UNKNOWN' | 'ERROR' | undefined
  readonly span: Span
}

/** What to give when a path finds nothing or can't be followed: `NULL`, `ERROR`, `DEFAULT 0`, `EMPTY ARRAY`. */
export interface JsonBehavior {
  readonly kind: 'json-behavior'
  readonly action: 'NULL' | 'ERROR' | 'DEFAULT' | 'EMPTY ARRAY' | 'EMPTY OBJECT'
  /** Present exactly when the action is DEFAULT. */
  readonly value: Expression | undefined
  readonly span: Span
}

/** `action` is NULL, ERROR or DEFAULT. */
export interface JsonValue {
  readonly kind: 'json-value'
  readonly input: Expression
  readonly path: Expression
  readonly returning: TypeName | undefined
  readonly onEmpty: JsonBehavior | undefined
  readonly onError: JsonBehavior | undefined
  readonly span: Span
}

/** `action` is NULL, ERROR, EMPTY ARRAY or EMPTY OBJECT. */
export interface JsonQuery {
  readonly kind: 'json-query'
  readonly input: Expression
  readonly path: Expression
  readonly returning: TypeName | undefined
  readonly wrapper: 'WITHOUT' | 'WITH CONDITIONAL' | 'WITH UNCONDITIONAL' | undefined
  readonly onEmpty: JsonBehavior | undefined
  readonly onError: JsonBehavior | undefined
  readonly span: Span
}

export type JsonOnNull = 'NULL ON NULL' | 'ABSENT ON NULL'

/** `JSON_OBJECT(KEY k VALUE v, ..)`. */
export interface JsonObject {
  readonly kind: 'json-object'
  readonly entries: readonly JsonEntry[]
  readonly onNull: JsonOnNull | undefined
  readonly span: Span
}

export interface JsonEntry {
  readonly kind: 'json-entry'
  readonly key: Expression
  readonly value: Expression
  readonly formatJson: boolean
  readonly span: Span
}

export interface JsonArray {
  readonly kind: 'json-array'
  readonly items: readonly JsonItem[]
  readonly onNull: JsonOnNull | undefined
  readonly span: Span
}

export interface JsonItem {
  readonly kind: 'json-item'
  readonly value: Expression
  readonly formatJson: boolean
  readonly span: Span
}

export interface JsonObjectAgg {
  readonly kind: 'json-objectagg'
  readonly entry: JsonEntry
  readonly onNull: JsonOnNull | undefined
  readonly filter: Expression | undefined
  readonly over: WindowSpec | Identifier | undefined
  readonly span: Span
}

export interface JsonArrayAgg {
  readonly kind: 'json-arrayagg'
  readonly item: JsonItem
  readonly orderBy: readonly OrderItem[]
  readonly onNull: JsonOnNull | undefined
  readonly filter: Expression | undefined
  readonly over: WindowSpec | Identifier | undefined
  readonly span: Span
}

/** `FINAL LAST(A.price)` in MATCH_RECOGNIZE. */
export interface MatchSemantics {
  readonly kind: 'match-semantics'
  readonly semantics: 'RUNNING' | 'FINAL'
  readonly operand: Expression
  readonly span: Span
}

// ── windows and order ────────────────────────────────────────────────────────────────────────────

/** `([base] [PARTITION BY ..] [ORDER BY ..] [frame])`. */
export interface WindowSpec {
  readonly kind: 'window'
  readonly base: Identifier | undefined
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly frame: Frame | undefined
  readonly span: Span
}

/** `ROWS 2 PRECEDING` has no `end`; `BETWEEN .. AND ..` has both. */
export interface Frame {
  readonly kind: 'frame'
  readonly unit: 'ROWS' | 'RANGE'
  readonly start: FrameBound
  readonly end: FrameBound | undefined
  readonly span: Span
}

export interface FrameBound {
  readonly kind: 'frame-bound'
  readonly type: 'UNBOUNDED PRECEDING' | 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING' | 'UNBOUNDED FOLLOWING'
  /** Present exactly for PRECEDING and FOLLOWING. */
  readonly offset: Expression | undefined
  readonly span: Span
}

export interface OrderItem {
  readonly kind: 'order-item'
  readonly expression: Expression
  readonly direction: 'ASC' | 'DESC' | undefined
  readonly nulls: 'FIRST' | 'LAST' | undefined
  readonly span: Span
}

// ── types ────────────────────────────────────────────────────────────────────────────────────────

/** A type as written. `nullable` is true for `NULL`, false for `NOT NULL`, undefined when neither is written. */
export type TypeName =
  | BasicType
  | NamedType
  | IntervalType
  | ArrayType
  | MultisetType
  | MapType
  | RowType
  | StructuredType
  | RawType

export const basicTypeNames = [
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INT',
  'BIGINT',
  'DECIMAL',
  'FLOAT',
  'DOUBLE',
  'CHAR',
  'VARCHAR',
  'STRING',
  'BINARY',
  'VARBINARY',
  'BYTES',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMP_TZ',
  'TIMESTAMP_LTZ',
  'VARIANT',
  'DESCRIPTOR',
  'NULL',
] as const
export type BasicTypeName = (typeof basicTypeNames)[number]

/**
 * `DECIMAL(10, 2) NOT NULL`. `parameters` are the numbers in parentheses, as many as were written (0, 1 or 2).
 * `TIMESTAMP(3) WITH LOCAL TIME ZONE` is folded into TIMESTAMP_LTZ(3), `WITH TIME ZONE` into TIMESTAMP_TZ.
 */
export interface BasicType {
  readonly kind: 'basic-type'
  readonly name: BasicTypeName
  readonly parameters: readonly number[]
  readonly nullable: boolean | undefined
  readonly span: Span
}

/** A type someone registered: `my_db.my_type`. */
export interface NamedType {
  readonly kind: 'named-type'
  readonly name: Name
  readonly nullable: boolean | undefined
  readonly span: Span
}

export interface IntervalType {
  readonly kind: 'interval-type'
  readonly qualifier: IntervalQualifier
  readonly nullable: boolean | undefined
  readonly span: Span
}

/** `ARRAY<INT>`, or `INT ARRAY`. */
export interface ArrayType {
  readonly kind: 'array-type'
  readonly element: TypeName
  readonly nullable: boolean | undefined
  readonly span: Span
}

/** `MULTISET<INT>`, or `INT MULTISET`. */
export interface MultisetType {
  readonly kind: 'multiset-type'
  readonly element: TypeName
  readonly nullable: boolean | undefined
  readonly span: Span
}

export interface MapType {
  readonly kind: 'map-type'
  readonly key: TypeName
  readonly value: TypeName
  readonly nullable: boolean | undefined
  readonly span: Span
}

/** `ROW<a INT, b STRING 'comment'>`, or with parentheses. */
export interface RowType {
  readonly kind: 'row-type'
  readonly fields: readonly FieldDefinition[]
  readonly nullable: boolean | undefined
  readonly span: Span
}

/** `STRUCTURED<'com.acme.User', name STRING>`. */
export interface StructuredType {
  readonly kind: 'structured-type'
  readonly className: StringLiteral
  readonly fields: readonly FieldDefinition[]
  readonly nullable: boolean | undefined
  readonly span: Span
}

/** `RAW('class', 'serializer')`. */
export interface RawType {
  readonly kind: 'raw-type'
  readonly className: StringLiteral
  readonly serializer: StringLiteral
  readonly nullable: boolean | undefined
  readonly span: Span
}

export interface FieldDefinition {
  readonly kind: 'field-definition'
  readonly name: Identifier
  readonly type: TypeName
  readonly comment: StringLiteral | undefined
  readonly span: Span
}

// ── queries ──────────────────────────────────────────────────────────────────────────────────────

/** A whole query: also a statement by itself. */
export interface Query {
  readonly kind: 'query'
  readonly with: readonly CommonTable[]
  readonly body: QueryBody
  readonly orderBy: readonly OrderItem[]
  readonly offset: Expression | undefined
  /** LIMIT or FETCH; undefined also for LIMIT ALL. */
  readonly limit: Expression | undefined
  readonly span: Span
}

/** A nested `query` is one in parentheses that has a WITH, ORDER BY or LIMIT of its own. */
export type QueryBody = Select | Values | SetOperation | ExplicitTable | Query

/** `name [(columns)] AS (query)`. */
export interface CommonTable {
  readonly kind: 'common-table'
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly query: Query
  readonly span: Span
}

export interface Select {
  readonly kind: 'select'
  readonly hints: readonly Hint[]
  readonly quantifier: 'DISTINCT' | 'ALL' | undefined
  readonly items: readonly SelectItem[]
  readonly from: TableReference | undefined
  readonly where: Expression | undefined
  readonly groupBy: GroupBy | undefined
  readonly having: Expression | undefined
  readonly windows: readonly NamedWindow[]
  readonly qualify: Expression | undefined
  readonly span: Span
}

/** `expression [AS alias]`; `*` and `t.*` are star expressions. */
export interface SelectItem {
  readonly kind: 'select-item'
  readonly expression: Expression
  readonly alias: Identifier | undefined
  readonly span: Span
}

export interface GroupBy {
  readonly kind: 'group-by'
  readonly quantifier: 'DISTINCT' | 'ALL' | undefined
  readonly items: readonly GroupItem[]
  readonly span: Span
}

/** A plain expression, or one of the forms that make several groupings. */
export type GroupItem = Expression | GroupingSet | GroupingSets | Rollup | Cube

/** `(a, b)` or `()`. */
export interface GroupingSet {
  readonly kind: 'grouping-set'
  readonly items: readonly Expression[]
  readonly span: Span
}

/** `GROUPING SETS ((a, b), a, ROLLUP (c), ())`. */
export interface GroupingSets {
  readonly kind: 'grouping-sets'
  readonly sets: readonly GroupItem[]
  readonly span: Span
}

export interface Rollup {
  readonly kind: 'rollup'
  readonly items: readonly (Expression | GroupingSet)[]
  readonly span: Span
}

export interface Cube {
  readonly kind: 'cube'
  readonly items: readonly (Expression | GroupingSet)[]
  readonly span: Span
}

/** `WINDOW w AS (..)`. */
export interface NamedWindow {
  readonly kind: 'named-window'
  readonly name: Identifier
  readonly spec: WindowSpec
  readonly span: Span
}

/** `VALUES (1, 'a'), (2, 'b')`; a row of one column may be written without parentheses. */
export interface Values {
  readonly kind: 'values'
  readonly rows: readonly ValuesRow[]
  readonly span: Span
}

export interface ValuesRow {
  readonly kind: 'values-row'
  readonly items: readonly Expression[]
  readonly span: Span
}

/** MINUS is folded into EXCEPT, UNION DISTINCT into UNION. */
export interface SetOperation {
  readonly kind: 'set-operation'
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT'
  readonly all: boolean
  readonly left: QueryBody
  readonly right: QueryBody
  readonly span: Span
}

/** `TABLE t` as a query: all of its rows. */
export interface ExplicitTable {
  readonly kind: 'explicit-table'
  readonly name: Name
  readonly span: Span
}

export type TableReference = Table | DerivedTable | TableFunction | Unnest | Join | MatchRecognize

/** `AS a (c1, c2)`. */
export interface TableAlias {
  readonly kind: 'table-alias'
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly span: Span
}

/** A table or view by name. */
export interface Table {
  readonly kind: 'table'
  readonly name: Name
  readonly hints: readonly Hint[]
  /** FOR SYSTEM_TIME AS OF. */
  readonly asOf: Expression | undefined
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/** `[LATERAL] (query) AS a`. */
export interface DerivedTable {
  readonly kind: 'derived-table'
  readonly lateral: boolean
  readonly query: Query
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/** `[LATERAL] TABLE(f(x))`, or `f(x)` alone; window functions are calls like any other. */
export interface TableFunction {
  readonly kind: 'table-function'
  readonly lateral: boolean
  readonly call: Call
  readonly hints: readonly Hint[]
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/** `UNNEST(a, b) [WITH ORDINALITY] AS t (x, y)`. */
export interface Unnest {
  readonly kind: 'unnest'
  readonly lateral: boolean
  readonly operands: readonly Expression[]
  readonly ordinality: boolean
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/** A comma is a join of type COMMA: it binds weaker than JOIN and means CROSS. */
export interface Join {
  readonly kind: 'join'
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'COMMA'
  readonly natural: boolean
  readonly left: TableReference
  readonly right: TableReference
  readonly condition: JoinOn | JoinUsing | undefined
  readonly span: Span
}

export interface JoinOn {
  readonly kind: 'on'
  readonly condition: Expression
  readonly span: Span
}

export interface JoinUsing {
  readonly kind: 'using'
  readonly columns: readonly Identifier[]
  readonly span: Span
}

/** One hint of `/*+ OPTIONS('k'='v'), BROADCAST(t) *\/`. Hint names are case-insensitive. */
export interface Hint {
  readonly kind: 'hint'
  readonly name: Identifier
  readonly args: readonly HintArgument[]
  readonly span: Span
}

/** `'k'='v'`, `k=v`, `t`, `'t'` or `3`. */
export interface HintArgument {
  readonly kind: 'hint-argument'
  readonly key: Identifier | StringLiteral | undefined
  readonly value: Identifier | StringLiteral | NumberLiteral
  readonly span: Span
}

// ── MATCH_RECOGNIZE ──────────────────────────────────────────────────────────────────────────────

export interface MatchRecognize {
  readonly kind: 'match-recognize'
  readonly input: TableReference
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly measures: readonly Measure[]
  readonly rows: 'ONE ROW' | 'ALL ROWS' | undefined
  readonly afterMatch: AfterMatch | undefined
  /** `^` before the pattern, `$` after it. */
  readonly anchoredStart: boolean
  readonly anchoredEnd: boolean
  readonly pattern: Pattern
  readonly within: Expression | undefined
  readonly subsets: readonly PatternSubset[]
  readonly define: readonly PatternDefinition[]
  readonly alias: TableAlias | undefined
  readonly span: Span
}

export interface Measure {
  readonly kind: 'measure'
  readonly expression: Expression
  readonly alias: Identifier
  readonly span: Span
}

/** AFTER MATCH SKIP ..; a `variable` only with TO FIRST and TO LAST (`TO v` is TO LAST v). */
export interface AfterMatch {
  readonly kind: 'after-match'
  readonly skip: 'TO NEXT ROW' | 'PAST LAST ROW' | 'TO FIRST' | 'TO LAST'
  readonly variable: Identifier | undefined
  readonly span: Span
}

export interface PatternSubset {
  readonly kind: 'subset'
  readonly name: Identifier
  readonly variables: readonly Identifier[]
  readonly span: Span
}

export interface PatternDefinition {
  readonly kind: 'pattern-definition'
  readonly variable: Identifier
  readonly condition: Expression
  readonly span: Span
}

export type Pattern = PatternVariable | PatternSequence | PatternAlternation | PatternRepeat | PatternPermute | PatternExclusion

export interface PatternVariable {
  readonly kind: 'pattern-variable'
  readonly name: Identifier
  readonly span: Span
}

/** `A B C`: at least two items. */
export interface PatternSequence {
  readonly kind: 'pattern-sequence'
  readonly items: readonly Pattern[]
  readonly span: Span
}

/** `A | B`: at least two items. */
export interface PatternAlternation {
  readonly kind: 'pattern-alternation'
  readonly items: readonly Pattern[]
  readonly span: Span
}

/** `A*` is 0 to undefined, `A+` 1 to undefined, `A?` 0 to 1, `A{2,}` 2 to undefined; a `?` after it makes it reluctant. */
export interface PatternRepeat {
  readonly kind: 'pattern-repeat'
  readonly item: Pattern
  readonly min: number
  readonly max: number | undefined
  readonly reluctant: boolean
  readonly span: Span
}

/** `PERMUTE(A, B, C)`. */
export interface PatternPermute {
  readonly kind: 'pattern-permute'
  readonly items: readonly Pattern[]
  readonly span: Span
}

/** `{- A -}`. */
export interface PatternExclusion {
  readonly kind: 'pattern-exclusion'
  readonly item: Pattern
  readonly span: Span
}

// ── statements ───────────────────────────────────────────────────────────────────────────────────

export type Statement =
  | Query
  | Insert
  | Update
  | Delete
  | Truncate
  | CallProcedure
  | Execute
  | StatementSet
  | BeginStatementSet
  | EndStatementSet
  | CreateTable
  | AlterTable
  | DropTable
  | CreateView
  | AlterView
  | DropView
  | CreateCatalog
  | AlterCatalog
  | DropCatalog
  | CreateDatabase
  | AlterDatabase
  | DropDatabase
  | CreateFunction
  | AlterFunction
  | DropFunction
  | CreateModel
  | AlterModel
  | DropModel
  | CreateConnection
  | AlterConnection
  | DropConnection
  | CreateMaterializedTable
  | AlterMaterializedTable
  | DropMaterializedTable
  | UseCatalog
  | UseDatabase
  | UseModules
  | LoadModule
  | UnloadModule
  | AddJar
  | RemoveJar
  | SetOption
  | ResetOption
  | Show
  | Describe
  | Explain
  | CompilePlan
  | ExecutePlan
  | AnalyzeTable
  | StopJob

export type StatementKind = Statement['kind']

/** `'key' = 'value'`. */
export interface Option {
  readonly kind: 'option'
  readonly key: StringLiteral
  readonly value: StringLiteral
  readonly span: Span
}

/** `dt = '2020-01-01'`, or `dt` alone where a statement allows it. */
export interface PartitionEntry {
  readonly kind: 'partition-entry'
  readonly column: Identifier
  readonly value: Expression | undefined
  readonly span: Span
}

// data

export interface Insert {
  readonly kind: 'insert'
  readonly overwrite: boolean
  readonly table: Name
  readonly hints: readonly Hint[]
  readonly partition: readonly PartitionEntry[]
  /** Undefined when no list is written. */
  readonly columns: readonly Identifier[] | undefined
  readonly source: Query
  /** ON CONFLICT DO ..: what to do when two keys of the query meet one key of the sink. */
  readonly onConflict: 'ERROR' | 'NOTHING' | 'DEDUPLICATE' | undefined
  readonly span: Span
}

export interface Update {
  readonly kind: 'update'
  readonly table: Name
  readonly alias: Identifier | undefined
  readonly assignments: readonly Assignment[]
  readonly where: Expression | undefined
  readonly span: Span
}

export interface Assignment {
  readonly kind: 'assignment'
  readonly column: Name
  readonly value: Expression
  readonly span: Span
}

export interface Delete {
  readonly kind: 'delete'
  readonly table: Name
  readonly alias: Identifier | undefined
  readonly where: Expression | undefined
  readonly span: Span
}

export interface Truncate {
  readonly kind: 'truncate'
  readonly table: Name
  readonly span: Span
}

/** CALL cat.db.proc(..). */
export interface CallProcedure {
  readonly kind: 'call-procedure'
  readonly call: Call
  readonly span: Span
}

/** `EXECUTE INSERT ..`, `EXECUTE SELECT ..`. */
export interface Execute {
  readonly kind: 'execute'
  readonly statement: Insert | Query
  readonly span: Span
}

/** `[EXECUTE] STATEMENT SET BEGIN ins; ins; END`: one statement. */
export interface StatementSet {
  readonly kind: 'statement-set'
  readonly statements: readonly Insert[]
  readonly span: Span
}

/** `BEGIN STATEMENT SET`: a statement by itself, up to the END that follows. */
export interface BeginStatementSet {
  readonly kind: 'begin-statement-set'
  readonly span: Span
}

/** `END`. */
export interface EndStatementSet {
  readonly kind: 'end-statement-set'
  readonly span: Span
}

// tables

export interface CreateTable {
  readonly kind: 'create-table'
  /** `REPLACE TABLE` and `CREATE OR REPLACE TABLE` come with a query. */
  readonly mode: 'create' | 'replace' | 'create-or-replace'
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly elements: readonly TableElement[]
  readonly comment: StringLiteral | undefined
  readonly distribution: Distribution | undefined
  readonly partitionedBy: readonly Identifier[]
  readonly options: readonly Option[]
  readonly like: TableLike | undefined
  readonly query: Query | undefined
  readonly span: Span
}

/** A `column-name` stands alone only in CREATE TABLE .. AS, where it gives the order of the query's columns. */
export type TableElement = PhysicalColumn | MetadataColumn | ComputedColumn | ColumnName | Constraint | Watermark

export interface PhysicalColumn {
  readonly kind: 'physical-column'
  readonly name: Identifier
  readonly type: TypeName
  /** PRIMARY KEY or UNIQUE written behind the type; its `columns` name this column. */
  readonly constraint: Constraint | undefined
  readonly comment: StringLiteral | undefined
  readonly span: Span
}

/** `c TYPE METADATA [FROM 'key'] [VIRTUAL]`. */
export interface MetadataColumn {
  readonly kind: 'metadata-column'
  readonly name: Identifier
  readonly type: TypeName
  readonly from: StringLiteral | undefined
  readonly virtual: boolean
  readonly comment: StringLiteral | undefined
  readonly span: Span
}

/** `c AS expression`. */
export interface ComputedColumn {
  readonly kind: 'computed-column'
  readonly name: Identifier
  readonly expression: Expression
  readonly comment: StringLiteral | undefined
  readonly span: Span
}

export interface ColumnName {
  readonly kind: 'column-name'
  readonly name: Identifier
  readonly span: Span
}

/** `[CONSTRAINT name] PRIMARY KEY (a, b) [NOT ENFORCED]`; `enforced` is undefined when neither is written. */
export interface Constraint {
  readonly kind: 'constraint'
  readonly name: Identifier | undefined
  readonly type: 'PRIMARY KEY' | 'UNIQUE'
  readonly columns: readonly Identifier[]
  readonly enforced: boolean | undefined
  readonly span: Span
}

/** `WATERMARK FOR column AS expression`. */
export interface Watermark {
  readonly kind: 'watermark'
  readonly column: Name
  readonly expression: Expression
  readonly span: Span
}

/** `DISTRIBUTED [BY [HASH|RANGE] (a, b)] [INTO n BUCKETS]`. */
export interface Distribution {
  readonly kind: 'distribution'
  readonly method: 'HASH' | 'RANGE' | undefined
  readonly columns: readonly Identifier[]
  readonly buckets: number | undefined
  readonly span: Span
}

export interface TableLike {
  readonly kind: 'like-table'
  readonly source: Name
  readonly options: readonly LikeOption[]
  readonly span: Span
}

export interface LikeOption {
  readonly kind: 'like-option'
  readonly strategy: 'INCLUDING' | 'EXCLUDING' | 'OVERWRITING'
  readonly feature: 'ALL' | 'CONSTRAINTS' | 'DISTRIBUTION' | 'GENERATED' | 'METADATA' | 'OPTIONS' | 'PARTITIONS' | 'WATERMARKS'
  readonly span: Span
}

export interface AlterTable {
  readonly kind: 'alter-table'
  readonly ifExists: boolean
  readonly name: Name
  readonly action: AlterTableAction
  readonly span: Span
}

export type AlterTableAction =
  | RenameAction
  | RenameColumnAction
  | SetAction
  | ResetAction
  | AddAction
  | ModifyAction
  | AddDistributionAction
  | ModifyDistributionAction
  | DropColumnsAction
  | DropPrimaryKeyAction
  | DropConstraintAction
  | DropWatermarkAction
  | DropDistributionAction
  | AddPartitionsAction
  | DropPartitionsAction

export interface RenameAction {
  readonly kind: 'rename'
  readonly to: Name
  readonly span: Span
}

export interface RenameColumnAction {
  readonly kind: 'rename-column'
  readonly from: Name
  readonly to: Identifier
  readonly span: Span
}

export interface SetAction {
  readonly kind: 'set'
  readonly options: readonly Option[]
  readonly span: Span
}

export interface ResetAction {
  readonly kind: 'reset'
  readonly keys: readonly StringLiteral[]
  readonly span: Span
}

export interface AddAction {
  readonly kind: 'add'
  readonly elements: readonly PositionedElement[]
  readonly span: Span
}

export interface ModifyAction {
  readonly kind: 'modify'
  readonly elements: readonly PositionedElement[]
  readonly span: Span
}

/** `c INT FIRST`, `c INT AFTER b`. */
export interface PositionedElement {
  readonly kind: 'positioned-element'
  readonly element: TableElement
  readonly position: 'FIRST' | Identifier | undefined
  readonly span: Span
}

export interface AddDistributionAction {
  readonly kind: 'add-distribution'
  readonly distribution: Distribution
  readonly span: Span
}

export interface ModifyDistributionAction {
  readonly kind: 'modify-distribution'
  readonly distribution: Distribution
  readonly span: Span
}

export interface DropColumnsAction {
  readonly kind: 'drop-columns'
  readonly columns: readonly Name[]
  readonly span: Span
}

export interface DropPrimaryKeyAction {
  readonly kind: 'drop-primary-key'
  readonly span: Span
}

export interface DropConstraintAction {
  readonly kind: 'drop-constraint'
  readonly name: Identifier
  readonly span: Span
}

export interface DropWatermarkAction {
  readonly kind: 'drop-watermark'
  readonly span: Span
}

export interface DropDistributionAction {
  readonly kind: 'drop-distribution'
  readonly span: Span
}

export interface AddPartitionsAction {
  readonly kind: 'add-partitions'
  readonly ifNotExists: boolean
  readonly partitions: readonly PartitionDefinition[]
  readonly span: Span
}

export interface PartitionDefinition {
  readonly kind: 'partition-definition'
  readonly entries: readonly PartitionEntry[]
  readonly options: readonly Option[]
  readonly span: Span
}

export interface DropPartitionsAction {
  readonly kind: 'drop-partitions'
  readonly ifExists: boolean
  readonly partitions: readonly PartitionDefinition[]
  readonly span: Span
}

export interface DropTable {
  readonly kind: 'drop-table'
  readonly temporary: boolean
  readonly ifExists: boolean
  readonly name: Name
  readonly span: Span
}

// views

export interface CreateView {
  readonly kind: 'create-view'
  readonly orReplace: boolean
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly columns: readonly Identifier[]
  readonly comment: StringLiteral | undefined
  readonly query: Query
  readonly span: Span
}

export interface AlterView {
  readonly kind: 'alter-view'
  readonly ifExists: boolean
  readonly name: Name
  readonly action: RenameAction | SetAction | ResetAction | AsQueryAction
  readonly span: Span
}

export interface AsQueryAction {
  readonly kind: 'as-query'
  readonly query: Query
  readonly span: Span
}

export interface DropView {
  readonly kind: 'drop-view'
  readonly temporary: boolean
  readonly ifExists: boolean
  readonly name: Name
  readonly span: Span
}

// catalogs and databases

export interface CreateCatalog {
  readonly kind: 'create-catalog'
  readonly ifNotExists: boolean
  readonly name: Identifier
  readonly comment: StringLiteral | undefined
  readonly options: readonly Option[]
  readonly span: Span
}

export interface AlterCatalog {
  readonly kind: 'alter-catalog'
  readonly name: Identifier
  readonly action: SetAction | ResetAction | CommentAction
  readonly span: Span
}

export interface CommentAction {
  readonly kind: 'comment'
  readonly comment: StringLiteral
  readonly span: Span
}

export interface DropCatalog {
  readonly kind: 'drop-catalog'
  readonly ifExists: boolean
  readonly name: Identifier
  readonly span: Span
}

export interface CreateDatabase {
  readonly kind: 'create-database'
  readonly ifNotExists: boolean
  readonly name: Name
  readonly comment: StringLiteral | undefined
  readonly options: readonly Option[]
  readonly span: Span
}

export interface AlterDatabase {
  readonly kind: 'alter-database'
  readonly name: Name
  readonly action: SetAction | ResetAction
  readonly span: Span
}

export interface DropDatabase {
  readonly kind: 'drop-database'
  readonly ifExists: boolean
  readonly name: Name
  readonly behavior: 'RESTRICT' | 'CASCADE' | undefined
  readonly span: Span
}

// functions

/** Where a function lives: in a catalog, over it for this session, or over the built-in ones for this session. */
export type FunctionScope = 'catalog' | 'temporary' | 'temporary-system'

export interface CreateFunction {
  readonly kind: 'create-function'
  readonly scope: FunctionScope
  readonly ifNotExists: boolean
  readonly name: Name
  readonly className: StringLiteral
  readonly language: FunctionLanguage | undefined
  readonly using: readonly Resource[]
  readonly options: readonly Option[]
  readonly span: Span
}

/** JAVASCRIPT is Millrace's own. */
export type FunctionLanguage = 'JAVA' | 'SCALA' | 'SQL' | 'PYTHON' | 'JAVASCRIPT'

/** `USING JAR '/path/f.jar'`. */
export interface Resource {
  readonly kind: 'resource'
  readonly type: 'JAR' | 'FILE' | 'ARTIFACT'
  readonly uri: StringLiteral
  readonly span: Span
}

export interface AlterFunction {
  readonly kind: 'alter-function'
  readonly scope: FunctionScope
  readonly ifExists: boolean
  readonly name: Name
  readonly className: StringLiteral
  readonly language: FunctionLanguage | undefined
  readonly span: Span
}

export interface DropFunction {
  readonly kind: 'drop-function'
  readonly scope: FunctionScope
  readonly ifExists: boolean
  readonly name: Name
  readonly span: Span
}

// models and connections

export interface CreateModel {
  readonly kind: 'create-model'
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly inputs: readonly PhysicalColumn[]
  readonly outputs: readonly PhysicalColumn[]
  readonly comment: StringLiteral | undefined
  readonly options: readonly Option[]
  readonly query: Query | undefined
  readonly span: Span
}

export interface AlterModel {
  readonly kind: 'alter-model'
  readonly ifExists: boolean
  readonly name: Name
  readonly action: RenameAction | SetAction | ResetAction
  readonly span: Span
}

export interface DropModel {
  readonly kind: 'drop-model'
  readonly temporary: boolean
  readonly ifExists: boolean
  readonly name: Name
  readonly span: Span
}

export interface CreateConnection {
  readonly kind: 'create-connection'
  readonly scope: FunctionScope
  readonly ifNotExists: boolean
  readonly name: Name
  readonly comment: StringLiteral | undefined
  readonly options: readonly Option[]
  readonly span: Span
}

export interface AlterConnection {
  readonly kind: 'alter-connection'
  readonly ifExists: boolean
  readonly name: Name
  readonly action: RenameAction | SetAction | ResetAction
  readonly span: Span
}

export interface DropConnection {
  readonly kind: 'drop-connection'
  readonly scope: FunctionScope
  readonly ifExists: boolean
  readonly name: Name
  readonly span: Span
}

// materialized tables

export interface CreateMaterializedTable {
  readonly kind: 'create-materialized-table'
  readonly orAlter: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly elements: readonly TableElement[]
  readonly comment: StringLiteral | undefined
  readonly distribution: Distribution | undefined
  readonly partitionedBy: readonly Identifier[]
  readonly options: readonly Option[]
  /** An `interval` literal, as Flink wants it; an expression of another kind is for the binder to refuse. */
  readonly freshness: Expression | undefined
  readonly refreshMode: 'CONTINUOUS' | 'FULL' | undefined
  readonly query: Query
  readonly span: Span
}

export interface AlterMaterializedTable {
  readonly kind: 'alter-materialized-table'
  readonly ifExists: boolean
  readonly name: Name
  readonly action: AlterMaterializedTableAction
  readonly span: Span
}

export type AlterMaterializedTableAction =
  | SuspendAction
  | ResumeAction
  | RefreshAction
  | AsQueryAction
  | RenameAction
  | SetAction
  | ResetAction
  | SetFreshnessAction
  | SetRefreshModeAction
  | AddAction
  | ModifyAction
  | AddDistributionAction
  | ModifyDistributionAction
  | DropColumnsAction
  | DropPrimaryKeyAction
  | DropConstraintAction
  | DropWatermarkAction
  | DropDistributionAction

export interface SuspendAction {
  readonly kind: 'suspend'
  readonly span: Span
}

export interface ResumeAction {
  readonly kind: 'resume'
  readonly options: readonly Option[]
  readonly span: Span
}

export interface RefreshAction {
  readonly kind: 'refresh'
  readonly partition: readonly PartitionEntry[]
  readonly span: Span
}

export interface SetFreshnessAction {
  readonly kind: 'set-freshness'
  readonly freshness: Expression
  readonly span: Span
}

export interface SetRefreshModeAction {
  readonly kind: 'set-refresh-mode'
  readonly refreshMode: 'CONTINUOUS' | 'FULL'
  readonly span: Span
}

export interface DropMaterializedTable {
  readonly kind: 'drop-materialized-table'
  readonly ifExists: boolean
  readonly name: Name
  readonly span: Span
}

// session

export interface UseCatalog {
  readonly kind: 'use-catalog'
  readonly name: Identifier
  readonly span: Span
}

export interface UseDatabase {
  readonly kind: 'use-database'
  readonly name: Name
  readonly span: Span
}

export interface UseModules {
  readonly kind: 'use-modules'
  readonly names: readonly Identifier[]
  readonly span: Span
}

export interface LoadModule {
  readonly kind: 'load-module'
  readonly name: Identifier
  readonly options: readonly Option[]
  readonly span: Span
}

export interface UnloadModule {
  readonly kind: 'unload-module'
  readonly name: Identifier
  readonly span: Span
}

export interface AddJar {
  readonly kind: 'add-jar'
  readonly path: StringLiteral
  readonly span: Span
}

export interface RemoveJar {
  readonly kind: 'remove-jar'
  readonly path: StringLiteral
  readonly span: Span
}

/** `SET 'key' = 'value'`, or `SET` alone, which lists. */
export interface SetOption {
  readonly kind: 'set-option'
  readonly option: Option | undefined
  readonly span: Span
}

/** `RESET 'key'`, or `RESET` alone: everything. */
export interface ResetOption {
  readonly kind: 'reset-option'
  readonly key: StringLiteral | undefined
  readonly span: Span
}

// looking

export const showLists = [
  'CATALOGS',
  'CONNECTIONS',
  'DATABASES',
  'FUNCTIONS',
  'USER FUNCTIONS',
  'JARS',
  'JOBS',
  'MATERIALIZED TABLES',
  'MODELS',
  'MODULES',
  'FULL MODULES',
  'PROCEDURES',
  'TABLES',
  'VIEWS',
] as const
export const showObjects = [
  'COLUMNS',
  'PARTITIONS',
  'CREATE CATALOG',
  'CREATE CONNECTION',
  'CREATE MATERIALIZED TABLE',
  'CREATE MODEL',
  'CREATE TABLE',
  'CREATE VIEW',
] as const
export type ShowTarget = (typeof showLists)[number] | (typeof showObjects)[number] | 'CURRENT CATALOG' | 'CURRENT DATABASE'

/**
 * `SHOW TABLES FROM db LIKE 'a%'`, `SHOW COLUMNS FROM t`, `SHOW CREATE TABLE t`.
 * `name` is the database of a list, and the object itself for the targets in `showObjects`.
 */
export interface Show {
  readonly kind: 'show'
  readonly target: ShowTarget
  readonly name: Name | undefined
  readonly partition: readonly PartitionEntry[]
  readonly pattern: ShowPattern | undefined
  readonly span: Span
}

export interface ShowPattern {
  readonly kind: 'show-pattern'
  readonly operator: 'LIKE' | 'ILIKE'
  readonly negated: boolean
  readonly pattern: StringLiteral
  readonly span: Span
}

/** `name` for everything but a job, which has an `id`. A view or materialized table is described as a TABLE. */
export interface Describe {
  readonly kind: 'describe'
  readonly target: 'TABLE' | 'CATALOG' | 'DATABASE' | 'FUNCTION' | 'MODEL' | 'CONNECTION' | 'JOB'
  readonly name: Name | undefined
  readonly id: StringLiteral | undefined
  readonly extended: boolean
  readonly span: Span
}

/** The first four are Flink's; STATE, CODEGEN and RULES are Millrace's own. */
export const explainDetails = [
  'ESTIMATED_COST',
  'CHANGELOG_MODE',
  'PLAN_ADVICE',
  'JSON_EXECUTION_PLAN',
  'STATE',
  'CODEGEN',
  'RULES',
] as const
export type ExplainDetail = (typeof explainDetails)[number]

/** `EXPLAIN [detail, ..] statement`; PLAN FOR says nothing more and is folded away. */
export interface Explain {
  readonly kind: 'explain'
  readonly details: readonly ExplainDetail[]
  readonly statement: Statement
  readonly span: Span
}

/** `COMPILE PLAN 'file' FOR ..`; with `execute` COMPILE AND EXECUTE PLAN. */
export interface CompilePlan {
  readonly kind: 'compile-plan'
  readonly execute: boolean
  readonly path: StringLiteral
  readonly ifNotExists: boolean
  readonly statement: Insert | StatementSet
  readonly span: Span
}

export interface ExecutePlan {
  readonly kind: 'execute-plan'
  readonly path: StringLiteral
  readonly span: Span
}

/** `columns` is undefined without FOR COLUMNS, and 'ALL' for FOR ALL COLUMNS. */
export interface AnalyzeTable {
  readonly kind: 'analyze-table'
  readonly table: Name
  readonly partition: readonly PartitionEntry[]
  readonly columns: readonly Identifier[] | 'ALL' | undefined
  readonly span: Span
}

export interface StopJob {
  readonly kind: 'stop-job'
  readonly id: StringLiteral
  readonly savepoint: boolean
  readonly drain: boolean
  readonly span: Span
}
