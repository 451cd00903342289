/** Most labels of a node. */
export const MAX_LABELS = 64

/** Most characters of a label's key, and of its value. */
export const MAX_LABEL_KEY = 63
export const MAX_LABEL_VALUE = 255

/** Most characters of a wrong label that an error message repeats. */
const MAX_SHOWN = 40

export type Labels = Readonly<Record<string, string>>

/** What is said of labels beside those that were there before. */
export interface LabelChanges {
  readonly set: Labels
  readonly removed: readonly string[]
}

/** A label that a node cannot have. */
export class LabelError extends Error {
  override readonly name = 'LabelError'
  readonly code = 'bad-label'
}

/** What is wrong with a key; undefined where nothing is. */
export function problemOfKey(key: string): string | undefined {
  if (key.length > MAX_LABEL_KEY)
    return `a key has at most ${MAX_LABEL_KEY} characters, and '${shown(key)}' has ${key.length}`
  if (/^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/.test(key)) return undefined
  return `'${shown(key)}' cannot be a key: it takes letters, digits and . _ - / between them`
}

export function problemOfValue(key: string, value: string): string | undefined {
  if (value.length > MAX_LABEL_VALUE)
    return `a value has at most ${MAX_LABEL_VALUE} characters, and that of ${key} has ${value.length}`
  return /\p{Cc}/u.test(value) ? `the value of ${key} holds a control character` : undefined
}

/**
 * Reads what a command says of labels: `KEY=VALUE` sets one, `KEY-` removes one.
 * @throws LabelError
 */
export function parseLabelChanges(words: readonly string[]): LabelChanges {
  const values: [key: string, value: string][] = []
  const removed: string[] = []
  for (const word of words) {
    const at = word.indexOf('=')
    if (at >= 0) values.push([word.slice(0, at), word.slice(at + 1)])
    else if (word.endsWith('-')) removed.push(word.slice(0, -1))
    else throw new LabelError(`'${shown(word)}' is no label: write KEY=VALUE, or KEY- to remove one`)
  }
  const changes = { set: Object.fromEntries(values), removed }
  checkWords(changes)
  return changes
}

/**
 * @param labels those that there are before
 * @throws LabelError
 */
export function checkLabelChanges(changes: LabelChanges, labels: Labels): void {
  checkWords(changes)
  const missing = changes.removed.find((key) => !Object.hasOwn(labels, key))
  if (missing !== undefined) throw new LabelError(`there is no label ${missing} to remove`)
  const count = Object.keys(changeLabels(labels, changes)).length
  if (count > MAX_LABELS) throw new LabelError(`a node has at most ${MAX_LABELS} labels, not ${count}`)
}

function checkWords({ set, removed }: LabelChanges): void {
  const problems = [
    ...Object.entries(set).map(([key, value]) => problemOfKey(key) ?? problemOfValue(key, value)),
    ...removed.map((key) =>
      Object.hasOwn(set, key) ? `${shown(key)} cannot be set and removed at once` : problemOfKey(key),
    ),
  ]
  const problem = problems.find((one) => one !== undefined)
  if (problem !== undefined) throw new LabelError(problem)
}

/** Labels as they are after changes. */
export function changeLabels(labels: Labels, { set, removed }: LabelChanges): Labels {
  const kept = Object.entries(labels).filter(([key]) => !removed.includes(key))
  return { ...Object.fromEntries(kept), ...set }
}

/** Changes after changes. */
export function joinLabelChanges(first: LabelChanges, then: LabelChanges): LabelChanges {
  const gone = new Set([...first.removed, ...then.removed])
  for (const key of Object.keys(then.set)) gone.delete(key)
  const set = Object.fromEntries(Object.entries(first.set).filter(([key]) => !then.removed.includes(key)))
  return { set: { ...set, ...then.set }, removed: [...gone] }
}

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
