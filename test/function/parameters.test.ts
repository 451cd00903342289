import fc from 'fast-check'
import t, { type Test } from 'tap'
import {
  ParameterError,
  type ParameterErrorCode,
  type ParameterSpec,
  type ParameterValue,
  readParameters,
} from '../../src/function/parameters.ts'

/** Reads `value` as the only parameter, `x`, of a function `f`. */
function read(spec: ParameterSpec, value: string): ParameterValue | undefined {
  return readParameters({ name: 'f', parameters: { x: spec } }, [{ key: 'x', value }]).x
}

function refusal(work: () => unknown): ParameterError {
  try {
    work()
  } catch (error) {
    if (error instanceof ParameterError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function refused(t: Test, code: ParameterErrorCode, message: RegExp, work: () => unknown): void {
  const error = refusal(work)
  t.equal(error.code, code)
  t.match(error.message, message)
}

t.test('every integer within the bounds is read, and every one outside is refused', async () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b, value) => {
      const [minimum, maximum] = [Math.min(a, b), Math.max(a, b)]
      const spec = { type: 'integer', minimum, maximum } as const
      if (value >= minimum && value <= maximum) return read(spec, String(value)) === value
      return refusal(() => read(spec, String(value))).code === 'parameter-invalid'
    }),
  )
})

t.test('every finite number is read as it is written', async () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const written = String(value)
      return Object.is(read({ type: 'number' }, written), Number(written))
    }),
  )
})

t.test('text that is no number is never taken for one', async () => {
  const notNumber = fc.string().filter((text) => !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text))
  fc.assert(
    fc.property(notNumber, fc.constantFrom('integer', 'number'), (text, type) => {
      return refusal(() => read({ type: type as 'integer' }, text)).code === 'parameter-invalid'
    }),
  )
})

t.test('a number in any other spelling is refused, so that equal requests are equal names', async (t) => {
  for (const text of ['007', '+7', '7.0', '7e0', ' 7', '0x7', '-0', '', '9007199254740993', '1_000']) {
    t.throws(() => read({ type: 'integer' }, text), ParameterError, `integer ${JSON.stringify(text)}`)
  }
  for (const text of ['.5', '5.', '+0.5', '00.5', 'NaN', 'Infinity', '1e999', '']) {
    t.throws(() => read({ type: 'number' }, text), ParameterError, `number ${JSON.stringify(text)}`)
  }
})

t.test('true and false are the only booleans', async (t) => {
  t.equal(read({ type: 'boolean' }, 'true'), true)
  t.equal(read({ type: 'boolean' }, 'false'), false)
  for (const text of ['1', 'yes', 'True', '']) t.throws(() => read({ type: 'boolean' }, text), ParameterError)
})

t.test('a string is kept as it is, up to maxLength characters', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 20 }), (text, maxLength) => {
      const spec = { type: 'string', maxLength } as const
      if ([...text].length <= maxLength) return read(spec, text) === text
      return refusal(() => read(spec, text)).code === 'parameter-invalid'
    }),
  )
})

t.test('a string has a maximum length even if the manifest gives none', async (t) => {
  t.equal(read({ type: 'string' }, 'a'.repeat(256)), 'a'.repeat(256))
  refused(t, 'parameter-invalid', /at most 256 characters/, () => read({ type: 'string' }, 'a'.repeat(257)))
})

t.test('a string must match its pattern', async (t) => {
  const spec = { type: 'string', pattern: '^[a-f]+$' } as const
  t.equal(read(spec, 'abc'), 'abc')
  refused(t, 'parameter-invalid', /that matches \^\[a-f\]\+\$/, () => read(spec, 'xyz'))
})

t.test('only what enum lists is allowed, and the message lists it', async (t) => {
  const spec = { type: 'integer', enum: [224, 320] } as const
  t.equal(read(spec, '320'), 320)
  refused(t, 'parameter-invalid', /^f: x=256 is not allowed; x is one of 224, 320$/, () => read(spec, '256'))
})

t.test('a refusal names function, parameter, value and what is allowed', async (t) => {
  const resize = {
    name: 'resize',
    parameters: { width: { type: 'integer', minimum: 1, maximum: 64 } },
  } as const
  const error = refusal(() => readParameters(resize, [{ key: 'width', value: '-3' }]))
  t.equal(error.message, 'resize: width=-3 is not allowed; width is an integer from 1 to 64')
  t.match(error, { code: 'parameter-invalid', function: 'resize', parameter: 'width' })
})

t.test('a hostile value is shown escaped and shortened', async (t) => {
  const { message } = refusal(() => read({ type: 'integer' }, `\u001b[2J\n${'9'.repeat(5000)}`))
  t.match(message, /x="\\u001b\[2J\\n9+…" is not allowed/)
  t.ok(message.length < 150, message)
})

t.test('an unknown parameter is refused with the names of the known ones', async (t) => {
  const parameters = { width: { type: 'integer' }, height: { type: 'integer' } } as const
  refused(t, 'parameter-unknown', /resize: unknown parameter widht; it has width, height/, () =>
    readParameters({ name: 'resize', parameters }, [{ key: 'widht', value: '1' }]),
  )
  refused(t, 'parameter-unknown', /it has none/, () =>
    readParameters({ name: 'sha256', parameters: {} }, [{ key: 'a', value: '' }]),
  )
})

t.test('names that every object inherits are unknown parameters', async (t) => {
  for (const key of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    refused(t, 'parameter-unknown', /unknown parameter/, () =>
      readParameters({ name: 'f', parameters: {} }, [{ key, value: 'x' }]),
    )
  }
})

t.test('a parameter that is given twice is refused', async (t) => {
  const entries = [
    { key: 'x', value: '1' },
    { key: 'x', value: '1' },
  ]
  refused(t, 'parameter-repeated', /x is given twice/, () =>
    readParameters({ name: 'f', parameters: { x: { type: 'integer' } } }, entries),
  )
})

t.test(
  'a parameter that is not given has its default, or is absent, or is missed if it is required',
  async (t) => {
    const parameters = { size: { type: 'integer', default: 128 }, width: { type: 'integer' } } as const
    t.same(readParameters({ name: 'f', parameters }, []), { size: 128 })
    t.same(readParameters({ name: 'f', parameters }, [{ key: 'size', value: '7' }]), { size: 7 })
    refused(t, 'parameter-missing', /f: parameter x is missing; x is true or false/, () =>
      readParameters({ name: 'f', parameters: { x: { type: 'boolean', required: true } } }, []),
    )
  },
)

t.test('whatever values a manifest allows come back from their text', async () => {
  const typed = fc.oneof(
    fc.maxSafeInteger().map((value) => ({ type: 'integer' as const, value: value as ParameterValue })),
    fc.boolean().map((value) => ({ type: 'boolean' as const, value: value as ParameterValue })),
    fc.string().map((value) => ({ type: 'string' as const, value: value as ParameterValue })),
  )
  const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/)
  fc.assert(
    fc.property(fc.dictionary(key, typed, { noNullPrototype: true }), (fields) => {
      const given = Object.entries(fields)
      const parameters = Object.fromEntries(given.map(([name, { type }]) => [name, { type }]))
      const entries = given.map(([name, { value }]) => ({ key: name, value: String(value) }))
      const values = readParameters({ name: 'f', parameters }, entries)
      return given.every(([name, { value }]) => values[name] === value)
    }),
  )
})
