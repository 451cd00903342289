import { MAX_PACKET_SIZE } from '../packet/index.ts'

/** Octets of a page. All cells of a page are of one size. */
export const PAGE_SIZE = 256 * 1024

/** Cells are a multiple of so many octets. */
const UNIT = PAGE_SIZE / 4096

/** A cell's number is that of its page, and in the lowest so many bits the unit in which it begins. */
const PLACE_BITS = 12
const UNITS_PER_PAGE = 2 ** PLACE_BITS
const PLACE_MASK = UNITS_PER_PAGE - 1

/** Sizes of cells in units: at most four between one power of two and the next, so that a cell is never much too large. */
const CELL_UNITS = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32],
  ...[40, 48, 56, 64, 80, 96, 112, 128, Math.ceil(MAX_PACKET_SIZE / UNIT)],
]

/** By octets in units, the place in {@link CELL_UNITS} of the smallest cell that has room for them. */
const CLASS_OF_UNITS = Array.from({ length: Math.ceil(MAX_PACKET_SIZE / UNIT) + 1 }, (_, units) =>
  CELL_UNITS.findIndex((size) => size >= units),
)

/** Octets that a store takes for so many. */
export function cellSize(octets: number): number {
  return (CELL_UNITS[classOf(octets)] as number) * UNIT
}

function classOf(octets: number): number {
  return CLASS_OF_UNITS[Math.ceil(octets / UNIT)] as number
}

/**
 * Where tables keep octets of packets: cells in large pages, so that to keep a packet allocates nothing and leaves nothing to
 * the garbage collector. A cell is known by a number. A page that is no longer in use is given back.
 */
export class ByteStore {
  /** Octets of all cells in use. */
  bytes = 0
  readonly #pages: (Page | undefined)[] = []
  readonly #unusedIndices: number[] = []
  /** By class, the pages that have a free cell: a list, first to last. */
  readonly #withRoom: (Page | undefined)[] = CELL_UNITS.map(() => undefined)

  /** @param octets at most MAX_PACKET_SIZE */
  allocate(octets: number): number {
    const kind = classOf(octets)
    const page = this.#withRoom[kind] ?? this.#addPage(kind)
    const place = page.free[--page.freeCount] as number
    if (page.freeCount === 0) this.#unlink(page)
    this.bytes += page.cellUnits * UNIT
    return (page.index << PLACE_BITS) | (place * page.cellUnits)
  }

  free(cell: number): void {
    const page = this.#page(cell)
    page.free[page.freeCount++] = (cell & PLACE_MASK) / page.cellUnits
    this.bytes -= page.cellUnits * UNIT
    if (page.freeCount === 1) this.#link(page)
    // One page of each kind stays, so that a table that is nearly empty does not make and drop pages all the time.
    const isOnly = this.#withRoom[page.kind] === page && page.next === undefined
    if (page.freeCount === page.free.length && !isOnly) this.#dropPage(page)
  }

  /** The page that a cell is in. */
  buffer(cell: number): Buffer {
    return this.#page(cell).buffer
  }

  /** Where in its page a cell begins. */
  offset(cell: number): number {
    return (cell & PLACE_MASK) * UNIT
  }

  #page(cell: number): Page {
    return this.#pages[cell >>> PLACE_BITS] as Page
  }

  #addPage(kind: number): Page {
    const index = this.#unusedIndices.pop() ?? this.#pages.length
    const page = new Page(index, kind)
    this.#pages[index] = page
    this.#link(page)
    return page
  }

  #dropPage(page: Page): void {
    this.#unlink(page)
    this.#pages[page.index] = undefined
    this.#unusedIndices.push(page.index)
  }

  #link(page: Page): void {
    page.next = this.#withRoom[page.kind]
    page.previous = undefined
    if (page.next !== undefined) page.next.previous = page
    this.#withRoom[page.kind] = page
  }

  #unlink(page: Page): void {
    if (page.previous === undefined) this.#withRoom[page.kind] = page.next
    else page.previous.next = page.next
    if (page.next !== undefined) page.next.previous = page.previous
    page.next = page.previous = undefined
  }
}

class Page {
  readonly index: number
  readonly kind: number
  readonly cellUnits: number
  readonly buffer = Buffer.allocUnsafeSlow(PAGE_SIZE)
  /** The first `freeCount` are the places of free cells. */
  readonly free: Uint16Array
  freeCount: number
  next: Page | undefined
  previous: Page | undefined

  constructor(index: number, kind: number) {
    this.index = index
    this.kind = kind
    this.cellUnits = CELL_UNITS[kind] as number
    this.freeCount = Math.floor(UNITS_PER_PAGE / this.cellUnits)
    this.free = Uint16Array.from({ length: this.freeCount }, (_, place) => this.freeCount - 1 - place)
  }
}
