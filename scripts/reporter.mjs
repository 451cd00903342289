import { Transform } from 'node:stream'
import { Parser } from 'tap-parser'
import { stringify } from 'yaml'

/**
 * Reporter for tap: a line for each test file as it ends, with what failed and what was skipped in it, and at last
 * the line `N passed, N failed` (`, N skipped`), which counts assertions.
 */
export default class Reporter extends Transform {
  #parser = new Parser()
  #results = []
  #files = []
  #all = []

  constructor() {
    super({ decodeStrings: false })
    this.#parser.on('assert', (file) => {
      this.#files.push({ file, results: this.#results })
      this.#results = []
    })
    this.#parser.on('result', (result) => {
      this.#all.push(result)
      // A file that ends before its first assertion is a result itself.
      const last = this.#files.at(-1)
      const results = last?.file === result ? last.results : this.#results
      results.push(result)
    })
  }

  _transform(chunk, _encoding, done) {
    this.#parser.write(`${chunk}`)
    this.#writeFiles()
    done()
  }

  _flush(done) {
    this.#parser.end()
    this.#writeFiles()
    const { ok, failures } = this.#parser.results
    if (!ok && !this.#all.some(isFailed)) {
      this.#all.push({ ok: false })
      this.push(`The run failed:\n${explain({ failures })}`)
    }
    this.push(`\n${count(this.#all)}\n`)
    done()
  }

  #writeFiles() {
    for (const { file, results } of this.#files.splice(0)) {
      const seconds = ((file.time ?? 0) / 1000).toFixed(1)
      const source = file.name.replace(/^dist\/(.*)js$/, '$1ts')
      this.push(`${file.ok ? 'ok  ' : 'FAIL'}  ${source}: ${count(results)}, ${seconds} s\n`)
      for (const result of results.filter(isSkipped)) this.push(`      skipped: ${title(result, file)}\n`)
      for (const result of results.filter(isFailed)) {
        this.push(`      failed: ${title(result, file)}\n`)
        this.push(explain(result.diag))
      }
    }
  }
}

function isSkipped({ skip, todo }) {
  return Boolean(skip || todo)
}

function isFailed(result) {
  return !result.ok && !isSkipped(result)
}

function count(results) {
  const skipped = results.filter(isSkipped).length
  const failed = results.filter(isFailed).length
  const passed = results.length - skipped - failed
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
}

/** The names of the tests around a result, its own, and why it was skipped. */
function title({ fullname, skip }, file) {
  const names = fullname.replace(`${file.name} > `, '')
  return typeof skip === 'string' ? `${names} (${skip})` : names
}

function explain(diag) {
  if (!diag) return ''
  // Where it failed is in the stack and the source too.
  const { at, ...rest } = diag
  const shown = at && !rest.stack && !rest.source ? diag : rest
  return stringify(shown, { lineWidth: 0 }).replace(/^(?=.)/gm, '        ')
}
