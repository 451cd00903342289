import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { FileError, readDeployment } from '../../src/deployment/index.ts'
import { formatCall } from '../../src/packet/index.ts'
import { knownFunctions } from './known.ts'

/** A task as it is written, and the number of those before it. */
interface Written {
  readonly name: string
  readonly each: number | undefined
  /** Numbers of tasks; -1: the content. */
  readonly from: readonly number[]
}

/** Tasks in an order in which each comes after its inputs; the last takes from all that no other does. */
const tasks: fc.Arbitrary<Written[]> = fc
  .record({
    each: fc.integer({ min: 1, max: 5 }),
    picks: fc.array(fc.tuple(fc.boolean(), fc.array(fc.nat())), { maxLength: 12 }),
  })
  .map(({ each, picks }) => {
    const written = picks.map(([isSeveral, sources], index): Written => {
      const from = [...new Set(sources.map((source) => (source % (index + 1)) - 1))]
      return { name: `t${index}`, each: isSeveral ? each : undefined, from: from.length === 0 ? [-1] : from }
    })
    const taken = new Set(written.flatMap(({ from }) => from))
    const left = [...written.keys()].filter((index) => !taken.has(index))
    return [...written, { name: 'last', each: undefined, from: left.length === 0 ? [-1] : left }]
  })

const nameOf = (written: readonly Written[], index: number): string => written[index]?.name ?? 'content'

/** As a file; JSON is YAML. */
const fileOf = (written: readonly Written[], order: readonly Written[]): string =>
  JSON.stringify({
    name: 'd',
    workflows: {
      w: {
        content: '/c',
        tasks: Object.fromEntries(
          order.map(({ name, each, from }) => [
            name,
            {
              function: each === undefined ? name : `${name}(i={i},n={n},each={each})`,
              ...(each !== undefined && { each }),
              from:
                from.length === 1
                  ? nameOf(written, from[0] as number)
                  : from.map((index) => nameOf(written, index)),
            },
          ]),
        ),
      },
    },
  })

const shuffled = tasks.chain((written) =>
  fc.record({
    written: fc.constant(written),
    order: fc.shuffledSubarray(written, { minLength: written.length }),
  }),
)

t.test(
  'whatever the order in the file, each task comes after its inputs, which are those that are written',
  async () => {
    fc.assert(
      fc.property(shuffled, ({ written, order }) => {
        const [workflow] = readDeployment(fileOf(written, order), 'd.yaml').deployment.workflows
        const expected = new Map(
          written.flatMap(({ name, each, from }) =>
            Array.from({ length: each ?? 1 }, (_, i) => {
              const inputs = from.flatMap((index): (string | undefined)[] => {
                const source = written[index]
                if (source?.each === undefined) return [source?.name]
                if (each !== undefined) return [`${source.name}-${i + 1}`]
                return Array.from({ length: source.each }, (_, n) => `${source.name}-${n + 1}`)
              })
              const call = each === undefined ? name : `${name}(each=${each},i=${i},n=${i + 1})`
              return [each === undefined ? name : `${name}-${i + 1}`, { call, inputs }]
            }),
          ),
        )
        const seen = new Set<string | undefined>([undefined])
        for (const { name, call, inputs } of workflow?.tasks ?? []) {
          deepStrictEqual({ call: formatCall(call), inputs }, expected.get(name))
          deepStrictEqual(
            inputs.filter((input) => !seen.has(input)),
            [],
          )
          seen.add(name)
        }
        deepStrictEqual(seen.size - 1, expected.size)
        deepStrictEqual(workflow?.result, 'last')
      }),
      { seed: 1 },
    )
  },
)

t.test('types fit if and only if they do along every edge', async () => {
  const types = fc.constantFrom('text/plain', 'image/png', 'image/jpeg')
  const takes = fc.constantFrom('*/*', 'image/*', 'image/png')
  fc.assert(
    fc.property(tasks, fc.infiniteStream(fc.tuple(takes, types)), types, (written, stream, content) => {
      const manifests = written.map(({ name }) => {
        const [input, output] = stream.next().value
        const parameters = Object.fromEntries(
          ['i', 'n', 'each'].map((key) => [key, { type: 'integer' as const }]),
        )
        return [name, { input, output, parameters }] as const
      })
      const fits = (type: string, pattern: string): boolean =>
        pattern === '*/*' || pattern === type || (pattern === 'image/*' && type.startsWith('image/'))
      const misfits = new Set(
        written.flatMap(({ name, from }, index) =>
          from
            .filter(
              (source) => !fits(manifests[source]?.[1].output ?? content, manifests[index]?.[1].input ?? ''),
            )
            .map((source) => `${nameOf(written, source)} -> ${name}`),
        ),
      )
      const text = {
        ...JSON.parse(fileOf(written, written)),
        content: { '/c': { type: content } },
      }
      const file = readDeployment(JSON.stringify(text), 'd.yaml')
      deepStrictEqual(
        countProblems(() => file.check(knownFunctions(Object.fromEntries(manifests), 'many'), [])),
        Math.min(misfits.size, 20),
      )
    }),
    { seed: 1 },
  )
})

t.test('whatever is in a file, it is read or refused with its faults', async () => {
  const valid = fileOf(
    [
      { name: 'a', each: 2, from: [-1] },
      { name: 'last', each: undefined, from: [0] },
    ],
    [],
  )
  const piece = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\n', '&a', '*a', 'null', '-1', '1e99', '__proto__'),
  )
  fc.assert(
    fc.property(fc.nat(valid.length), fc.nat(12), piece, (at, cut, put) => {
      countProblems(() => readDeployment(valid.slice(0, at) + put + valid.slice(at + cut), 'd.yaml'))
    }),
    { seed: 1, numRuns: 500 },
  )
})

function countProblems(read: () => unknown): number {
  try {
    read()
    return 0
  } catch (error) {
    if (error instanceof FileError) return error.problems.length
    throw error
  }
}
