import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

export type Paint = (style: Style, text: string) => string

/** Colours text where the stream shows colours: a terminal, unless NO_COLOR is set (https://no-color.org). */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const isColoured = stream.isTTY && stream.hasColors()
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text)
}

export const plain: Paint = (_, text) => text
