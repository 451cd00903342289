import fc from 'fast-check'
import t from 'tap'
import { decodeInputs, encodeInputs, MAX_INPUTS } from '../../src/endpoint/index.ts'
import { MAX_INPUTS_LIST_BYTES } from '../../src/endpoint/inputs-list.ts'
import { Name } from '../../src/packet/index.ts'

t.test('a list names its inputs as NDN URIs, in order', async (t) => {
  const names = ['/128=f/130=a%3D1/workflow/w/t/camera/1', '/camera/1', '/'].map((uri) => Name.parse(uri))
  t.same(JSON.parse(Buffer.from(encodeInputs(names)).toString()), { inputs: names.map(String) })
  t.same(decodeInputs(encodeInputs(names)), names)
})

t.test('a list of as many as are allowed is read', async (t) => {
  const names = Array.from({ length: MAX_INPUTS }, (_, i) => Name.parse(`/x/${i}`))
  t.equal(decodeInputs(encodeInputs(names)).length, MAX_INPUTS)
  t.throws(() => decodeInputs(encodeInputs([...names, Name.parse('/y')])), {
    name: 'TypeError',
    message: 'it names 1025 inputs, and 1024 are allowed',
  })
})

t.test('what is no list is refused with the reason', async (t) => {
  const cases: [content: string, reason: string | RegExp][] = [
    ['', /^it is not JSON: /],
    ['{"inputs":', /^it is not JSON: /],
    ...['null', '[]', '7', '{}', '{"inputs":"/x"}', '{"inputs":[]}'].map((content): [string, string] => [
      content,
      'it is not {"inputs": […]} with at least one name',
    ]),
    ['{"inputs":["/x",7]}', 'input 2 is no text'],
    ['{"inputs":["x"]}', "input 1 is no name: 'x' does not begin with '/'"],
    [`"${'x'.repeat(MAX_INPUTS_LIST_BYTES)}"`, 'it has 1048578 bytes, and 1048576 are allowed'],
  ]
  for (const [content, message] of cases)
    t.throws(() => decodeInputs(Buffer.from(content)), { name: 'TypeError', message }, content.slice(0, 40))
})

t.test('whatever the bytes are, they are a list or a TypeError', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (bytes) => {
      try {
        return decodeInputs(bytes).length > 0
      } catch (error) {
        return error instanceof TypeError
      }
    }),
  )
})
