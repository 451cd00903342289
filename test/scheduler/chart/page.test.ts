import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { type EChartsOption, init } from 'echarts'
import t from 'tap'
import { ganttChart, heft, schedule, transfersOf } from '../../../scheduler/index.ts'
import { processors, TOPCUOGLU } from '../golden.ts'

const PLATFORM = processors(3)

/** The page, without ECharts, and its last script. */
async function pageOf(name: string) {
  const [first, ...others] = TOPCUOGLU.tasks
  if (first === undefined) throw new Error('there is a first task')
  const edges = TOPCUOGLU.edges.map(({ from, ...rest }) => ({
    from: from === first.name ? name : from,
    ...rest,
  }))
  const workflow = { ...TOPCUOGLU, name, tasks: [{ ...first, name }, ...others], edges }
  const html = await ganttChart(workflow, PLATFORM, schedule(heft, workflow, PLATFORM), { format: 'html' })
  const file = createRequire(import.meta.url).resolve('echarts/dist/echarts.min.js')
  const library = await readFile(file, 'utf8')
  const page = html.replace(library, () => '')
  const script = page.slice(page.lastIndexOf('<script>') + '<script>'.length, page.lastIndexOf('</script>'))
  return { html, page, library, script }
}

/** What the script of the page gives ECharts. */
function optionIn(script: string): EChartsOption {
  let option: EChartsOption = {}
  const chart = {
    setOption: (given: EChartsOption) => {
      option = given
    },
    resize: () => {},
  }
  vm.runInNewContext(script, {
    echarts: { init: () => chart },
    document: { getElementById: () => ({}) },
    addEventListener: () => {},
  })
  return option
}

t.test('the page holds ECharts and refers to nothing outside of itself', async (t) => {
  const { html, page, library } = await pageOf('0')
  t.ok(html.includes(library))
  t.notMatch(page, /https?:|src=|href=|url\(|@import|<link/)
  t.equal(page.match(/<script>/g)?.length, 2)
})

t.test('its script draws the chart, with what is around it on the page only', async (t) => {
  const { script } = await pageOf('0')
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 900, height: 500 })
  chart.setOption(optionIn(script))
  const svg = chart.renderToSVGString()
  chart.dispose()
  for (const label of ['vCPU 0', 'P1', 'transfer of data']) t.ok(svg.includes(`>${label}</text>`), label)
  const transfers = transfersOf(TOPCUOGLU, PLATFORM, schedule(heft, TOPCUOGLU, PLATFORM))
  // The first series is the frame.
  const bars = svg.match(/ecmeta_series_index="[1-9]" ecmeta_data_index="\d+" ecmeta_ssr_type="chart"/g)
  t.equal(bars?.length, 10 + transfers.length)
})

t.test('it zooms in time, and tells of what is pointed at', async (t) => {
  const { script } = await pageOf('0')
  const { dataZoom, tooltip, series } = optionIn(script)
  t.same(
    (dataZoom as { type: string }[]).map(({ type }) => type),
    ['slider', 'inside'],
  )
  const [, , executions] = series as { data: number[][] }[]
  const { formatter } = tooltip as { formatter: (params: object) => string }
  const tips = executions?.data.map((value) => formatter({ value }))
  t.ok(tips?.includes('<b>task 9</b><br>type any, vCPU P1/0<br>73 s to 80 s: 7 s<br>waits for data of 7'))
})

t.test('names from files are text on it and nothing else', async (t) => {
  const { page, script } = await pageOf(`</script><img src=x onerror="alert('1')">`)
  t.equal(page.match(/<\/script>/g)?.length, 2)
  t.notMatch(page, /<img/)
  const { tooltip, series } = optionIn(script)
  const { formatter } = tooltip as { formatter: (params: object) => string }
  const shown = (series as { data: number[][] }[])
    .slice(1)
    .flatMap(({ data }) => data.map((value) => formatter({ value })))
  t.ok(shown.some((text) => text.includes('&#60;img')))
  t.notOk(shown.some((text) => /<(?!\/?b>|br>)/.test(text)))
})
