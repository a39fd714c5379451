/**
 * What the registry says no with: Confluent's codes and sentences. A code's first three digits are the status of the answer.
 *
 *     {"error_code":40401,"message":"Subject 'orders-value' not found."}
 */
import { MillraceError } from '../../base/errors.ts'

export class RegistryError extends MillraceError {
  /** 40401, 42201 … or a status of HTTP alone. */
  readonly errorCode: number

  constructor(errorCode: number, message: string, cause?: unknown) {
    super('SCHEMA_REGISTRY', errorCode >= 50_000 || (errorCode >= 500 && errorCode < 600) ? 'external' : 'user', message, {
      cause,
    })
    this.errorCode = errorCode
  }

  get status(): number {
    return this.errorCode < 1000 ? this.errorCode : Math.floor(this.errorCode / 100)
  }
}

export const subjectNotFound = (subject: string) => new RegistryError(40401, `Subject '${subject}' not found.`)
export const versionNotFound = (version: number) => new RegistryError(40402, `Version ${version} not found.`)
export const schemaNotFound = (id?: number) =>
  new RegistryError(40403, id === undefined ? 'Schema not found' : `Schema ${id} not found`)
export const subjectSoftDeleted = (subject: string) =>
  new RegistryError(40404, `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`)
export const subjectNotSoftDeleted = (subject: string) =>
  new RegistryError(40405, `Subject '${subject}' was not deleted first before being permanently deleted`)
export const versionSoftDeleted = (subject: string, version: number) =>
  new RegistryError(40406, `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`)
export const versionNotSoftDeleted = (subject: string, version: number) =>
  new RegistryError(40407, `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`)
export const noSubjectConfig = (subject: string) =>
  new RegistryError(40408, `Subject '${subject}' does not have subject-level compatibility configured`)
export const noSubjectMode = (subject: string) =>
  new RegistryError(40409, `Subject '${subject}' does not have subject-level mode configured`)

/** Status 409 with the code 409, as clients know it. */
export const incompatible = (subject: string, messages: readonly string[]) =>
  new RegistryError(
    409,
    `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${messages.join(', ')}]`,
  )

export const invalidSchema = (message: string, cause?: unknown) => new RegistryError(42201, message, cause)
export const invalidVersion = (version: string) =>
  new RegistryError(
    42202,
    `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  )
export const invalidLevel = () =>
  new RegistryError(
    42203,
    'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
  )
export const invalidMode = () =>
  new RegistryError(42204, 'Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, and IMPORT')
export const notPermitted = (message: string) => new RegistryError(42205, message)
export const referenceExists = (subject: string, version: number) =>
  new RegistryError(
    42206,
    `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
  )
export const invalidSubject = (subject: string) => new RegistryError(42208, `The specified subject '${subject}' is not a valid.`)
export const schemaTooLarge = (cause: unknown) =>
  new RegistryError(42209, 'Register operation failed because schema is too large', cause)
export const ruleSetRefused = () =>
  new RegistryError(42210, 'Rule sets are not supported by this registry: nothing would hold to them')
export const contextNotEmpty = (context: string) => new RegistryError(42211, `The specified context '${context}' is not empty.`)
export const storeFailed = (message: string, cause: unknown) => new RegistryError(50001, message, cause)
