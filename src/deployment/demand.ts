import type { Path, ProblemList } from '../../files/index.ts'
import { problemOfKey, problemOfValue } from '../facts/index.ts'
import { parseSize } from '../function/index.ts'
import type { Demand } from './model.ts'

const LABELS = 'node.labels.'

/** What can be demanded, each with an example. */
const FIELDS: Readonly<Record<string, string>> = {
  [LABELS]: `${LABELS}camera == true`,
  arch: 'arch == arm64',
  memory: 'memory >= 256MiB',
  'node.name': 'node.name != pi-3',
}

/** Reads a demand. What is wrong with it is told at `path`, and then it is undefined. */
export function readDemand(text: string, path: Path, problems: ProblemList): Demand | undefined {
  const [, field = '', operator = '', value = ''] =
    /^\s*([^\s=!<>]+)\s*(==|!=|>=|<=|=|<|>)\s*(.*?)\s*$/.exec(text) ?? []
  const demand = demandOf(field, operator, value, text)
  if (typeof demand === 'object') return demand
  problems.addAt(path, demand)
  return undefined
}

/** A demand, or what is wrong with it. */
function demandOf(field: string, operator: string, value: string, text: string): Demand | string {
  if (field === 'memory') {
    const atLeast = operator === '>=' ? parseSize(value) : undefined
    return atLeast === undefined ? likeThis('memory') : { text, kind: 'memory', atLeast }
  }
  const isEqual = operator === '=='
  const known = field.startsWith(LABELS) ? LABELS : field
  if (!Object.hasOwn(FIELDS, known))
    return `'${text}' is no demand: write ${Object.values(FIELDS).join(', ')}`
  if ((!isEqual && operator !== '!=') || value === '') return likeThis(known)
  if (field === 'arch') {
    if (/^[a-z0-9]{1,32}(\/v[0-9]{1,2})?$/.test(value)) return { text, kind: 'architecture', isEqual, value }
    return `'${value}' is no architecture: write it as OCI images do, amd64, arm64 or arm/v7`
  }
  if (field === 'node.name') return { text, kind: 'node', isEqual, value }
  const key = field.slice(LABELS.length)
  return problemOfKey(key) ?? problemOfValue(key, value) ?? { text, kind: 'label', key, isEqual, value }
}

function likeThis(field: string): string {
  return `write it as in '${FIELDS[field]}'${field === 'memory' ? '' : ', or with !='}`
}
