/** The rules in the order they are tried. `prune-columns` and `merge-scans` see whole plans and come after these. */
import { foldConstants } from './fold-constants.ts'
import { mergeFilters } from './merge-filters.ts'
import { mergeProjects } from './merge-projects.ts'
import { projectValues } from './project-values.ts'
import { pushConditionToJoinInput } from './push-condition-to-join-input.ts'
import { pushFilterBelowOuterJoin } from './push-filter-below-outer-join.ts'
import { pushFilterIntoJoin } from './push-filter-into-join.ts'
import { pushFilterThroughAggregate } from './push-filter-through-aggregate.ts'
import { pushFilterThroughProject } from './push-filter-through-project.ts'
import { pushFilterThroughUnion } from './push-filter-through-union.ts'
import { pushLimit } from './push-limit.ts'
import { removeTrivialFilter } from './remove-trivial-filter.ts'
import { removeTrivialProject } from './remove-trivial-project.ts'
import type { Rule } from './rule.ts'

export const rules: readonly Rule[] = [
  foldConstants,
  removeTrivialFilter,
  mergeFilters,
  pushFilterThroughProject,
  pushFilterThroughUnion,
  pushFilterThroughAggregate,
  pushFilterIntoJoin,
  pushFilterBelowOuterJoin,
  pushConditionToJoinInput,
  mergeProjects,
  removeTrivialProject,
  projectValues,
  pushLimit,
]
