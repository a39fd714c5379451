/** Logical plans as text: one line a node, columns by name. */
import { printPath } from '../../catalog/table.ts'
import { type LogicalPlan, inputsOfPlan } from '../logical/plan.ts'
import { exprText } from './expr-text.ts'
import { drawTree } from './tree.ts'

export const logicalText = (plan: LogicalPlan): string => drawTree(plan, nodeText, inputsOfPlan)

function nodeText(plan: LogicalPlan): string {
  switch (plan.kind) {
    case 'Scan': {
      const columns = plan.schema.map(c => c.name).join(', ')
      const limit = plan.limit === undefined ? '' : `, limit=[${plan.limit}]`
      return `Scan(${printPath(plan.table.path)}, fields=[${columns}]${limit})`
    }
    case 'Watermark':
      return `Watermark(${plan.schema[plan.column]!.name} AS ${exprText(plan.expr, plan.input.schema)})`
    case 'Values':
      return `Values(${plan.rows.map(row => `(${row.map(e => exprText(e, [])).join(', ')})`).join(', ')})`
    case 'Project': {
      const items = plan.exprs.map((expr, i) => {
        const text = exprText(expr, plan.input.schema)
        return text === plan.schema[i]!.name ? text : `${text} AS ${plan.schema[i]!.name}`
      })
      return `Project(${items.join(', ')})`
    }
    case 'Filter':
      return `Filter(${exprText(plan.condition, plan.input.schema)})`
    case 'Aggregate': {
      const below = plan.input.schema
      const calls = plan.calls.map(call => {
        const args = call.args.map(a => below[a]!.name).join(', ')
        const filter = call.filter === undefined ? '' : ` FILTER ${below[call.filter]!.name}`
        const inside = call.args.length === 0 ? '*' : `${call.distinct ? 'DISTINCT ' : ''}${args}`
        return `${call.function.name}(${inside})${filter} AS ${call.name}`
      })
      return `Aggregate(groupBy=[${plan.groupBy.map(g => below[g]!.name).join(', ')}], calls=[${calls.join(', ')}])`
    }
    case 'Expand':
      return `Expand(${plan.projections.map(p => `{${p.map(e => exprText(e, plan.input.schema)).join(', ')}}`).join(', ')})`
    case 'WindowTable':
      return `WindowTable(${plan.window.kind} over ${plan.input.schema[plan.time]!.name})`
    case 'Join': {
      const both = [...plan.left.schema, ...plan.right.schema]
      return `Join(${plan.joinType}, ${plan.condition === undefined ? 'true' : exprText(plan.condition, both)})`
    }
    case 'Union':
      return 'Union(all)'
    case 'Sort': {
      const keys = plan.by.map(k => `${plan.schema[k.column]!.name} ${k.descending ? 'DESC' : 'ASC'}`)
      const parts = [
        ...(keys.length > 0 ? [`by=[${keys.join(', ')}]`] : []),
        ...(plan.offset > 0 ? [`offset=${plan.offset}`] : []),
        ...(plan.limit === undefined ? [] : [`limit=${plan.limit}`]),
      ]
      return `Sort(${parts.join(', ')})`
    }
  }
}
