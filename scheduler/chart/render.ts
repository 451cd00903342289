import type { EChartsOption } from 'echarts'
import { escapeMarkup } from './text.ts'

/**
 * Draws to SVG: the same option, the same bytes.
 * @param size in pixels
 * @param tips of each series, of each of its data, lines to show where it is pointed at
 */
export async function renderSvg(
  option: EChartsOption,
  { width, height }: { readonly width: number; readonly height: number },
  title: string,
  tips: readonly (readonly (readonly string[])[])[] = [],
): Promise<string> {
  // It takes half a second to load, which only those who draw have to wait for.
  const { init } = await import('echarts')
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(option)
    return tidy(chart.renderToSVGString(), title, tips)
  } finally {
    chart.dispose()
  }
}

/** Puts the titles in. Takes out what a picture has no use for: it counts the charts that were drawn before. */
function tidy(svg: string, title: string, tips: readonly (readonly (readonly string[])[])[]): string {
  return svg
    .replace(/<style ?>[\s\S]*?<\/style>\s*/g, '')
    .replace(/ (class|pointer-events|xmlns:xlink|baseProfile)="[^"]*"/g, '')
    .replace(/"zr\d+-/g, '"')
    .replace(/#zr\d+-/g, '#')
    .replace(
      / ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)" ecmeta_ssr_type="chart">/g,
      (_, series, datum) => {
        const lines = tips[Number(series)]?.[Number(datum)]
        return lines === undefined ? '>' : `><title>${lines.map(escapeMarkup).join('\n')}</title>`
      },
    )
    .replace(/ ecmeta_\w+="[^"]*"/g, '')
    .replace(/<text /g, '<text pointer-events="none" ')
    .replace(/^<svg ([^>]*)>/, (_, rest) => `<svg role="img" ${rest}>\n<title>${escapeMarkup(title)}</title>`)
}
