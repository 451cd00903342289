const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** A time as a person reads it, to two or three digits: `0.42 ms`, `85 ms`, `1.24 s`, `2 min 5 s`. @param ms milliseconds */
export function formatTime(ms: number): string {
  if (ms < 9.995) return `${ms.toFixed(ms < 0.995 ? 2 : 1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${(ms / SECOND_MS).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / SECOND_MS).toFixed(1)} s`
  const whole = Math.round(ms / SECOND_MS) * SECOND_MS
  if (whole < HOUR_MS) return pair(whole, MINUTE_MS, 'min', SECOND_MS, 's')
  if (whole < DAY_MS) return pair(whole, HOUR_MS, 'h', MINUTE_MS, 'min')
  return pair(whole, DAY_MS, 'd', HOUR_MS, 'h')
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small)
  const head = `${Math.floor(ms / large)} ${largeUnit}`
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`
}

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** A size as a person reads it, in decimal units: `412 B`, `41.2 kB`, `5.24 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  if (unit === 0) return `${bytes} B`
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${SIZE_UNITS[unit]}`
}

/** `1 file`, `12,000 files` */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(count)} ${count === 1 ? singular : plural}`
}

/** With a comma between thousands. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US')
}

/** `a`, `a and b`, `a, b and c` */
export function formatList(words: readonly string[], conjunction = 'and'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`
}

/** Whether text can be shown on a terminal: no control character but tab and line end. */
export function isPrintable(text: string): boolean {
  return !CONTROL.test(text)
}

/** Text that came from the network, made harmless to a terminal: control characters are shown as `\xNN`. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

// Also C1 (U+0080–U+009F), which some terminals take for escape sequences.
const CONTROL = /[^\P{Cc}\t\n\r]/u
const CONTROLS = /[^\P{Cc}\t\n]/gu

/** The words nearest to a mistyped one, best first: at most a third of its letters differ. */
export function nearest(word: string, candidates: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3))
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate)
}

/** Letters inserted, deleted or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1))
    }
    previous = row
  }
  return previous[b.length] as number
}
