/** Which kinds of rows flow. `updateBefore` without `updateAfter` does not occur. Inserts always may. */
export interface ChangeKinds {
  readonly updateBefore: boolean
  readonly updateAfter: boolean
  readonly delete: boolean
}
export const INSERT_ONLY: ChangeKinds = { updateBefore: false, updateAfter: false, delete: false }

export const isInsertOnly = (changes: ChangeKinds): boolean => !changes.updateBefore && !changes.updateAfter && !changes.delete
