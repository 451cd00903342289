import sharp from 'sharp'
import { textWidth } from '../../../scheduler/chart/text.ts'

/** Lines of the title of each bar. */
export function tipsIn(svg: string): string[][] {
  return [...svg.matchAll(/<path [^>]*><title>([^<]*)<\/title>/g)].map(([, text = '']) =>
    text.split('\n').map(unescaped),
  )
}

interface Text {
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

/** Where text leaves the picture or runs into other text. */
export async function textFaults(svg: string): Promise<string[]> {
  const { width, height } = await sizeOf(svg)
  const boxes = textsIn(svg)
    .filter(({ text }) => text !== '')
    .map(boxOf)
  const faults: string[] = []
  for (const [index, one] of boxes.entries()) {
    if (one.left < 0 || one.right > width || one.top < 0 || one.bottom > height)
      faults.push(`${one.text} leaves the picture`)
    for (const other of boxes.slice(index + 1)) {
      const isApart =
        one.right <= other.left ||
        other.right <= one.left ||
        one.bottom <= other.top ||
        other.bottom <= one.top
      if (!isApart) faults.push(`${one.text} and ${other.text} overlap`)
    }
  }
  return faults
}

/** Where text is drawn, with letters of usual height. */
function boxOf({ text, x, y, anchor, size }: Text) {
  const width = textWidth(text, size)
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2
  return { text, left, right: left + width, top: y - size * 0.4, bottom: y + size * 0.4 }
}
