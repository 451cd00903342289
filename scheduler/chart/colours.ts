// After Okabe and Ito 2008, whose colours are told apart with every kind of colour blindness.

export const DOWNLOAD_COLOUR = '#e69f00'
export const TRANSFER_COLOUR = '#767676'
export const LOST_COLOUR = '#d55e00'
const EXECUTION_COLOUR = '#0072b2'

/** Of several SF types, from dark to light, as different as one hue allows. */
const LIGHTEST = [172, 212, 242] as const
const DARKEST = [0, 52, 92] as const

/** Types that can be told apart by their shades. More of them share one. */
export const MAX_SHADES = 8

/** One blue for each of so many types. */
export function executionColours(types: number): string[] {
  if (types <= 1 || types > MAX_SHADES) return Array<string>(types).fill(EXECUTION_COLOUR)
  return Array.from({ length: types }, (_, type) => {
    const channels = DARKEST.map((dark, channel) => {
      const light = LIGHTEST[channel] as number
      return Math.round(dark + ((light - dark) * type) / (types - 1))
    })
    return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`
  })
}

/** Black or white, whichever reads better on a colour. */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  return 0.299 * red + 0.587 * green + 0.114 * blue > 125 ? '#000000' : '#ffffff'
}

/** Of lines in one figure: colour, dash and marker all tell them apart, each alone for as many as it can. */
export const LINE_STYLES = [
  { colour: '#0072b2', symbol: 'circle', dash: 'solid' },
  { colour: '#d55e00', symbol: 'rect', dash: 'solid' },
  { colour: '#009e73', symbol: 'triangle', dash: 'solid' },
  { colour: '#cc79a7', symbol: 'diamond', dash: 'solid' },
  { colour: '#b8860b', symbol: 'emptyCircle', dash: [7, 3] },
  { colour: '#56b4e9', symbol: 'emptyRect', dash: [7, 3] },
  { colour: '#000000', symbol: 'emptyTriangle', dash: [7, 3] },
  { colour: '#7a5195', symbol: 'emptyDiamond', dash: [7, 3] },
  { colour: '#6b6b6b', symbol: 'path://M0 0L8 8M8 0L0 8', dash: [2, 2] },
  { colour: '#8c2d04', symbol: 'path://M4 0L4 8M0 4L8 4', dash: [2, 2] },
] as const
