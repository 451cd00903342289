import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { ganttOption } from './gantt-option.ts'
import type { GanttView } from './gantt-view.ts'
import { escapeMarkup } from './text.ts'

/** An HTML page that needs nothing beside itself: ECharts is in it. */
export async function ganttPage(view: GanttView): Promise<string> {
  const library = await readFile(
    createRequire(import.meta.url).resolve('echarts/dist/echarts.min.js'),
    'utf8',
  )
  // Inside of a script no text may look like its end.
  const data = JSON.stringify(view).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeMarkup(view.title)}</title>
<style>
body { margin: 0; background: #ffffff; font: 12px sans-serif }
#chart { min-width: 640px; height: ${view.height}px }
p { margin: 0 16px 16px; color: #555555 }
</style>
</head>
<body>
<div id="chart"></div>
<p>Point at a bar to see what it is. Ctrl and wheel zoom, and so does the slider; drag to move; click in the legend to hide.</p>
<script>
${library}
</script>
<script>
const view = ${data}
const chart = echarts.init(document.getElementById('chart'))
chart.setOption((${ganttOption})(view, true))
addEventListener('resize', () => chart.resize())
</script>
</body>
</html>
`
}
