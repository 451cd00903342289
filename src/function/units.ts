const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/**
 * Reads a duration such as `500ms`, `10s`, `1.5m`, `2h`, `1d`; a bare number counts milliseconds.
 * @returns whole milliseconds, or undefined if `text` is no such duration.
 */
export function parseDuration(text: string | number): number | undefined {
  return parseQuantity(text, DURATION_UNITS)
}

/**
 * Reads a size such as `256MiB` (2^20), `1GB` (10^9), `4096B`; a bare number counts bytes.
 * @returns whole bytes, or undefined if `text` is no such size.
 */
export function parseSize(text: string | number): number | undefined {
  return parseQuantity(text, SIZE_UNITS)
}

/** Writes milliseconds in the largest unit that divides them: 60000 → `1m`. */
export function formatDuration(milliseconds: number): string {
  return formatQuantity(milliseconds, DURATION_UNITS, ['d', 'h', 'm', 's'], 'ms')
}

/** Writes bytes in the largest binary unit that divides them: 268435456 → `256MiB`. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, SIZE_UNITS, ['TiB', 'GiB', 'MiB', 'KiB'], 'B')
}

function parseQuantity(text: string | number, units: Readonly<Record<string, number>>): number | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined
  const match = /^(\d{1,15}(?:\.\d{1,9})?) ?([A-Za-z]{1,3})$/.exec(text)
  const unit = match?.[2]
  if (!unit || !Object.hasOwn(units, unit)) return undefined
  const value = Number(match[1]) * (units[unit] as number)
  const whole = Math.round(value)
  // 1.1 s is 1100.0000000000002 ms in floating point, and means 1100.
  return Number.isSafeInteger(whole) && Math.abs(value - whole) < 1e-6 ? whole : undefined
}

function formatQuantity(
  value: number,
  units: Readonly<Record<string, number>>,
  largestFirst: readonly string[],
  smallest: string,
): string {
  const unit = largestFirst.find((name) => value > 0 && value % (units[name] as number) === 0)
  return unit ? `${value / (units[unit] as number)}${unit}` : `${value}${smallest}`
}
