/**
 * Syntax trees as text, in one canonical form.
 *
 *     select a,b from T where not (x<1) fetch first 3 rows only
 *     SELECT a, b FROM T WHERE NOT x < 1 LIMIT 3
 *
 * Law: parsing the text gives the tree again, spans aside.
 */
export { identifierText, nameText, quoted, quotedText, stringText } from './unparse/names.ts'
export { expressionText as unparseExpression, queryText as unparseQuery } from './unparse/queries.ts'
export { elementText as unparseElement, statementText as unparse } from './unparse/statements.ts'
export { typeText as unparseType } from './unparse/types.ts'
