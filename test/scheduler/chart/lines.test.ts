import t from 'tap'
import { type LineFigure, lineChart } from '../../../scheduler/index.ts'
import { sizeOf, textsIn } from './svg.ts'

function figure(lines: number, points = 4, changes: Partial<LineFigure> = {}): LineFigure {
  return {
    title: 'Response time',
    subtitle: 'median of 100 seeds',
    xLabel: 'partitions',
    yLabel: 'seconds',
    series: Array.from({ length: lines }, (_, line) => ({
      name: `scheduler ${line}`,
      points: Array.from({ length: points }, (_, at) => {
        const y = 10 + line + at
        return { x: 2 + 3 * at, y, low: y - 0.5, high: y + 0.5 }
      }),
    })),
    ...changes,
  }
}

const words = (svg: string): string[] => textsIn(svg).map(({ text }) => text)

t.test('the figure says what it shows', async (t) => {
  const svg = await lineChart(figure(3))
  t.match(svg, /^<svg role="img" [^>]*>\n<title>Response time<\/title>/)
  const all = words(svg)
  for (const word of ['Response time', 'median of 100 seeds', 'partitions', 'seconds'])
    t.ok(all.includes(word), word)
  for (const line of [0, 1, 2]) t.ok(all.includes(`scheduler ${line}`))
  t.same(await sizeOf(svg), { width: 820, height: 460 })
})

t.test('each x of a few has its tick', async (t) => {
  const all = words(await lineChart(figure(2)))
  for (const x of ['2', '5', '8', '11']) t.ok(all.includes(x), x)
})

t.test('ten lines differ without their colours', async (t) => {
  const lines = (await lineChart(figure(10))).replace(/#[0-9a-f]{6}/g, '#').split('\n')
  // In the legend a line and its marker come before its name.
  const looks = Array.from({ length: 10 }, (_, line) => {
    const name = lines.findIndex((one) => one.includes(`>scheduler ${line}</text>`))
    const drawn = lines
      .slice(0, name)
      .filter((one) => one.startsWith('<path ') && !one.includes('fill-opacity'))
    return drawn.slice(-2).map((one) => one.replace(/ transform="[^"]*"/, ''))
  })
  t.equal(new Set(looks.map((look) => look.join(''))).size, 10)
})

const bandsIn = (svg: string): number => svg.match(/<polygon [^>]*fill-opacity="0.16"/g)?.length ?? 0
const barsIn = (svg: string): number => svg.match(/<path [^>]*stroke-opacity="0.7"/g)?.length ?? 0

t.test('few lines have bands, more have bars', async (t) => {
  const few = await lineChart(figure(3))
  const many = await lineChart(figure(5))
  t.same([bandsIn(few), barsIn(few)], [3, 0])
  t.same([bandsIn(many), barsIn(many)], [0, 5 * 4 * 3], 'a bar and its two ends')
})

t.test('intervals are inside of the axes', async (t) => {
  const wide = { name: 'wide', points: [1, 2, 3].map((x) => ({ x, y: 10, low: 2, high: 50 })) }
  const svg = await lineChart(figure(0, 0, { series: [wide] }))
  const [, points = ''] = /<polygon points="([^"]*)"/.exec(svg) ?? []
  const heights = points.split(' ').filter((_, at) => at % 2 === 1)
  t.equal(heights.length, 6)
  for (const y of heights) t.ok(Number(y) > 50 && Number(y) <= 460 - 54, y)
})

t.test('without intervals there are neither', async (t) => {
  const { series, ...rest } = figure(2)
  const bare = series.map(({ name, points }) => ({ name, points: points.map(({ x, y }) => ({ x, y })) }))
  const svg = await lineChart({ ...rest, series: bare })
  t.same([bandsIn(svg), barsIn(svg)], [0, 0])
})

t.test('logarithmic axes have powers of ten, and leave out what is not above 0', async (t) => {
  const series = [
    {
      name: 'heft',
      points: [
        { x: 0, y: 5 },
        { x: 100, y: 0.002, low: 0, high: 0.003 },
        { x: 10_000, y: 30 },
      ],
    },
  ]
  const svg = await lineChart(figure(0, 0, { series, logX: true, logY: true }))
  for (const tick of ['100', '1000', '10,000', '0.001', '0.01', '0.1', '1', '10'])
    t.ok(words(svg).includes(tick), tick)
  t.notMatch(svg, /NaN|Infinity/)
  await t.resolves(sizeOf(svg))
})

t.test('the same figure gives the same bytes', async (t) => {
  const first = await lineChart(figure(9))
  await lineChart(figure(2))
  t.equal(await lineChart(figure(9)), first)
})

t.test('names are text and nothing else', async (t) => {
  const name = '<b>&\u0000"'
  const svg = await lineChart({
    ...figure(0, 0),
    title: name,
    xLabel: name,
    series: [{ name, points: [{ x: 1, y: 1 }] }],
  })
  await t.resolves(sizeOf(svg))
  t.notMatch(svg, /<b>/)
  t.equal(words(svg).filter((word) => word === '<b>&\ufffd"').length, 3)
})

t.test('a figure without lines, or with one point, is drawn', async (t) => {
  for (const [lines, points] of [
    [0, 0],
    [1, 0],
    [1, 1],
  ]) {
    for (const log of [false, true])
      await t.resolves(sizeOf(await lineChart(figure(lines as number, points, { logX: log, logY: log }))))
  }
})
