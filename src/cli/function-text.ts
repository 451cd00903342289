import {
  describeAllowed,
  formatDuration,
  formatMediaTypes,
  formatSize,
  type Manifest,
} from '../function/index.ts'
import type { ArchitectureFacts, FunctionFacts, LayerFacts } from '../repository/index.ts'
import { type Paint, plain } from './paint.ts'
import { formatPairs, formatTable } from './table.ts'
import { formatBytes, printable } from './text.ts'

type Listed = FunctionFacts & { readonly versions: readonly string[] }

/** Digits of a digest that a table shows. */
const DIGITS_SHOWN = 12

export function formatLayers(layers: readonly LayerFacts[]): string {
  return formatTable<LayerFacts>(
    [
      { head: 'layer', cell: ({ kind = 'other' }) => kind },
      { head: 'size', align: 'right', cell: ({ size }) => formatBytes(size) },
      { head: 'digest', cell: ({ digest }) => short(digest) },
    ],
    layers,
  )
}

/** A table with the newest version of each function. */
export function formatFunctionList(all: readonly Listed[], address: string): string {
  if (all.length === 0)
    return `There are no functions at ${address}: ndn-sfc repository seed puts those there that ship.\n`
  return formatTable<Listed>(
    [
      { head: 'function', cell: ({ name }) => name },
      { head: 'version', cell: ({ version }) => version },
      { head: 'versions', align: 'right', cell: ({ versions }) => String(versions.length) },
      {
        head: 'for',
        cell: ({ architectures }) => printable(architectures.map((one) => one.architecture).join(', ')),
      },
      { head: 'size', align: 'right', cell: ({ architectures: [one] }) => formatBytes(one?.size ?? 0) },
      { head: 'digest', cell: ({ digest }) => short(digest) },
      {
        head: 'takes → gives',
        cell: ({ manifest: { input, output } }) => `${formatMediaTypes(input)} → ${output}`,
      },
    ],
    all,
  )
}

/** All about one version. */
export function formatFunctionFacts(
  facts: FunctionFacts,
  versions: readonly string[],
  paint: Paint = plain,
): string {
  const { name, version, digest, manifest, architectures } = facts
  const { limits } = manifest
  const title = paint('bold', `${name} ${version}`)
  const pairs = formatPairs([
    [
      'takes',
      `${formatMediaTypes(manifest.input)}${manifest.inputs === 'many' ? ', any number at once' : ''}`,
    ],
    ['gives', manifest.output],
    [
      'runs',
      manifest.command === undefined
        ? printable(manifest.module ?? '')
        : printable(manifest.command.join(' ')),
    ],
    [
      'limits',
      `${limits.cpus} vCPU, ${formatSize(limits.memory)}, ${formatDuration(limits.timeout)} for one piece of work, ${limits.concurrency} at a time`,
    ],
    ['versions', versions.join(', ')],
    ['digest', digest],
  ])
  return [
    `${title}${manifest.description === '' ? '' : `: ${printable(manifest.description)}`}\n${pairs}`,
    formatParameters(manifest),
    ...architectures.map(formatArchitecture),
  ].join('\n')
}

function formatArchitecture({ architecture, digest, size, layers, base }: ArchitectureFacts): string {
  const on = base === undefined ? '' : ` on ${printable(base.name)}`
  return `${printable(architecture)}${on}: ${formatBytes(size)}, ${digest}\n${formatLayers(layers)}`
}

function formatParameters({ parameters }: Manifest): string {
  const rows = Object.entries(parameters)
  if (rows.length === 0) return 'It has no parameters.\n'
  return formatTable<(typeof rows)[number]>(
    [
      { head: 'parameter', cell: ([key]) => key },
      {
        head: 'default',
        cell: ([, { default: value }]) => (value === undefined ? '' : printable(String(value))),
      },
      { head: 'takes', cell: ([, spec]) => printable(describeAllowed(spec)) },
      { head: 'what it is', cell: ([, { description = '' }]) => printable(description) },
    ],
    rows,
  )
}

function short(digest: string): string {
  return digest.slice('sha256:'.length).slice(0, DIGITS_SHOWN)
}
