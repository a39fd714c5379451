/**
 * What may be done with a subject.
 *
 *     READWRITE           everything
 *     READONLY            nothing is registered, deleted or configured
 *     READONLY_OVERRIDE   the same, whatever the subjects below say
 *     IMPORT              schemas come with their ids and versions, from another registry; nothing is checked
 */
export const MODES = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'] as const
export type Mode = (typeof MODES)[number]

export function modeNamed(text: string): Mode | undefined {
  const name = text.toUpperCase()
  return MODES.find(mode => mode === name)
}

export const isReadOnly = (mode: Mode): boolean => mode === 'READONLY' || mode === 'READONLY_OVERRIDE'
