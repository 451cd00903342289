/** Text from a file, made fit for XML and for one line: no control characters, no halves of surrogate pairs. */
export function cleanText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]+/gu, '\ufffd')
}

export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

/**
 * Width of text in pixels, rather too much than too little: what draws it has a font of its own.
 * @param size of the font, in pixels
 */
export function textWidth(text: string, size: number): number {
  let width = 0
  for (const char of text) width += charWidth(char)
  return width * size
}

/** In ems, of a wide sans-serif font. */
function charWidth(char: string): number {
  if (/[mwMW@%\u2026]/.test(char)) return 0.98
  if (/[ijltfI.,:;'|!()[\] ]/.test(char)) return 0.4
  if (/[A-Z]/.test(char)) return 0.74
  // CJK and all that comes after it.
  return (char.codePointAt(0) as number) >= 0x2e80 ? 1.05 : 0.64
}

/** Text of at most that width; what is too much of it is cut off at its end. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text
  const chars = [...text]
  while (chars.length > 1 && textWidth(`${chars.join('')}…`, size) > width) chars.pop()
  return `${chars.join('')}…`
}

/** A number to four digits, without zeros that say nothing: `0.01235`, `12.35`, `12,350`. */
export function formatFigure(value: number): string {
  if (Math.abs(value) < 9999.5) return String(Number(value.toPrecision(4)))
  return Math.round(value).toLocaleString('en-US')
}
