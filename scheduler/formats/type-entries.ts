import { didYouMean, type Path, type ProblemList } from '../../files/index.ts'
import type { Layer, SfType } from '../model/index.ts'
import type { WorkflowFile } from './workflow-schema.ts'

/** A type as it is written. */
export interface TypeEntry {
  readonly name: string
  readonly fields: WorkflowFile['types'][string]
}

/**
 * Makes types of what a file says of them.
 * @param known names of the layers that the file has, of which `sizes` lacks those that are wrong in it
 */
export function readTypes(
  entries: readonly TypeEntry[],
  known: readonly string[],
  sizes: WorkflowFile['layers'],
  problems: ProblemList,
): SfType[] {
  const layers = new Map(known.map((name) => [name, sizes[name]]))
  declareInTypes(entries, layers, problems)
  return entries.map(({ name, fields: { image, layers: own, architectures } }) => {
    const path = ['types', name]
    if (image === undefined && own === undefined) {
      const reason = 'it has no image: give its size in MB (image: 120; image: 0 for none) or its layers'
      problems.addAt(path, reason)
    }
    if (image !== undefined && own !== undefined)
      problems.addAt(path, 'it has both image and layers, and one image only')
    if (image !== undefined && image > 0 && layers.has(name)) {
      const reason = `its image would be a layer with the name ${name}, and there is one: give it as layers`
      problems.addAt([...path, 'image'], reason)
    }
    return {
      name,
      layers: own === undefined ? whole(name, image) : pick(own, layers, path, problems),
      architectures,
    }
  })
}

/** An image that shares nothing is one layer, which has the name of the type. */
function whole(name: string, size = 0): Layer[] {
  return size === 0 ? [] : [{ name, size }]
}

/** Adds the layers whose sizes stand in types. */
function declareInTypes(
  entries: readonly TypeEntry[],
  layers: Map<string, number | undefined>,
  problems: ProblemList,
): void {
  for (const { name: type, fields } of entries) {
    for (const [index, layer] of (fields.layers ?? []).entries()) {
      for (const [name, size] of typeof layer === 'string' ? [] : Object.entries(layer)) {
        const other = layers.get(name)
        if (other !== undefined && other !== size)
          problems.addAt(
            ['types', type, 'layers', index],
            `layer ${name} has ${size} MB here and ${other} MB elsewhere`,
          )
        layers.set(name, other ?? size)
      }
    }
  }
}

function pick(
  own: NonNullable<TypeEntry['fields']['layers']>,
  layers: ReadonlyMap<string, number | undefined>,
  path: Path,
  problems: ProblemList,
): Layer[] {
  const seen = new Set<string>()
  return own.flatMap((layer, index) =>
    (typeof layer === 'string' ? [layer] : Object.keys(layer)).map((name) => {
      const at = [...path, 'layers', index]
      if (!layers.has(name)) problems.addAt(at, `there is no layer ${name}${didYouMean(name, layers.keys())}`)
      if (seen.has(name)) problems.addAt(at, `there are two layers with the name ${name}`)
      seen.add(name)
      return { name, size: layers.get(name) ?? 0 }
    }),
  )
}
