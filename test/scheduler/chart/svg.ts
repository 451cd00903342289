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

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    code === undefined ? (ENTITIES[name] as string) : String.fromCharCode(Number(code)),
  )
}

/** Size of the picture as a strict reader of XML sees it; throws where it is none. */
export async function sizeOf(svg: string): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(Buffer.from(svg), { unlimited: true }).metadata()
  return { width, height }
}
