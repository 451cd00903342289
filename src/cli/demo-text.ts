import { type Paint, plain } from './paint.ts'
import { formatTable } from './table.ts'
import { formatTime } from './text.ts'

/** A person as age-gender tells of them. */
interface Person {
  /** Years. */
  readonly age: number
  readonly gender: string
  /** How sure the model is of the gender, and the detector of the face, from 0 to 1. */
  readonly genderScore: number
  readonly score: number
  /** Pixels. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

export interface Photograph {
  readonly name: string
  readonly people: readonly Person[]
  /** How long the answer took, in milliseconds. */
  readonly ms: number
}

export function readPeople(content: Uint8Array): readonly Person[] {
  return (JSON.parse(Buffer.from(content).toString()) as { people: Person[] }).people
}

interface Row {
  readonly name: string
  readonly ms: string
  readonly person?: Person
}

export function formatPeople(photographs: readonly Photograph[]): string {
  const rows = photographs.flatMap(({ name, people, ms }): Row[] => {
    const first = { name, ms: formatTime(ms) }
    if (people.length === 0) return [first]
    return people.map((person, index) => ({ ...(index === 0 ? first : { name: '', ms: '' }), person }))
  })
  return formatTable<Row>(
    [
      { head: 'photograph', cell: ({ name }) => name },
      { head: 'answer after', align: 'right', cell: ({ ms }) => ms },
      {
        head: 'age',
        align: 'right',
        cell: ({ person }) => (person === undefined ? 'nobody' : person.age.toFixed(0)),
      },
      {
        head: 'gender',
        cell: ({ person }) => (person && `${person.gender}, ${percent(person.genderScore)}`) ?? '',
      },
      { head: 'face', align: 'right', cell: ({ person }) => (person && percent(person.score)) ?? '' },
      { head: 'box in pixels', cell: ({ person }) => (person && formatBox(person.box)) ?? '' },
    ],
    rows,
  )
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function formatBox({ x, y, width, height }: Person['box']): string {
  return `${Math.round(width)} × ${Math.round(height)} at ${Math.round(x)}, ${Math.round(y)}`
}

/** What to try in a second terminal. @param home where it is not the default */
export function formatTryOut(chain: string, home: string | undefined, paint: Paint = plain): string {
  const commands = [
    `get ${chain} --trace --verify`,
    'get statistics:age-gender:extract-faces:detect-faces/camera/lobby/3',
    "get 'thumbnail:grayscale:resize(width=640)/camera/lobby/2' -o thumbnail.jpg",
    'get word-count:sha256:edges/camera/lobby/4',
    'functions',
    'functions resize',
    'status',
    'put /my/photos ./folder-with-photos',
  ]
  return [
    '',
    paint('bold', 'The node stays up. Try in a second terminal, in this folder:'),
    '',
    ...(home === undefined ? [] : [`  export NDN_SFC_HOME='${home}'`]),
    ...commands.map((command) => `  npx ndn-sfc ${command}`),
    '',
    'ctrl-C stops it.',
  ].join('\n')
}
