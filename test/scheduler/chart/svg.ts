import sharp from 'sharp'

/** Lines of the title of each bar. */
export function tipsIn(svg: string): string[][] {
  return [...svg.matchAll(/<path [^>]*><title>([^<]*)<\/title>/g)].map(([, text = '']) =>
    text.split('\n').map(unescaped),
  )
}

export interface Text {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'middle' | 'end'
  readonly size: number
}

/** What is written. */
export function textsIn(svg: string): Text[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = '', text = '']) => {
    const find = (pattern: RegExp): string | undefined => pattern.exec(attributes)?.[1]
    const [x = 0, y = 0] = (find(/translate\(([^)]*)\)/) ?? '0 0').split(' ').map(Number)
    return {
      text: unescaped(text),
      x: x + Number(find(/ x="([^"]*)"/) ?? 0),
      y: y + Number(find(/ y="([^"]*)"/) ?? 0),
      anchor: (find(/text-anchor="(\w+)"/) ?? 'start') as Text['anchor'],
      size: Number(find(/(\d+)px/)),
    }
  })
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(
      /&(lt|gt|quot|amp);/g,
      (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name as string] as string,
    )
}

/** Size of the picture as a strict reader of XML sees it; throws where it is none. */
export async function sizeOf(svg: string): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(Buffer.from(svg), { unlimited: true }).metadata()
  return { width, height }
}
