import { strToU8, zipSync } from 'fflate'
import t from 'tap'
import { readPhotograph, startFunction } from './bundle.ts'

const extract = await startFunction(t, 'extract-faces')
const ageGender = await startFunction(t, 'age-gender')

const BOX = { x: 10, y: 10, width: 100, height: 100 }

function archive(list: unknown, files: Record<string, Uint8Array> = {}): Uint8Array {
  return zipSync({ ...files, 'faces.json': strToU8(typeof list === 'string' ? list : JSON.stringify(list)) })
}

t.test('what is no archive of faces is refused with the reason', async (t) => {
  const photograph = { 'photograph.jpg': await readPhotograph(1) }
  const list = { width: 1920, height: 1280, faces: [{ score: 0.9, box: BOX }] }
  const cases: [Uint8Array, RegExp][] = [
    [strToU8('text'), /no archive of faces: invalid zip/],
    [zipSync(photograph), /faces\.json is missing/],
    [archive('{', photograph), /faces\.json is no JSON/],
    [archive('null', photograph), /no list of at most 256 faces/],
    [archive({ ...list, faces: [{ box: BOX }] }, photograph), /no list of at most 256 faces/],
    [archive({ ...list, faces: [{ score: 1, box: { ...BOX, x: '1' } }] }, photograph), /no list of/],
    [archive({ ...list, faces: Array(257).fill(list.faces[0]) }, photograph), /no list of at most 256 faces/],
    [archive(list), /the archive of faces has no photograph/],
    [
      archive({ ...list, faces: [{ score: 1, box: { ...BOX, x: 5000 } }] }, photograph),
      /face 1 is not in the/,
    ],
    [archive(list, { 'photograph.jpg': strToU8('x') }), /no JPEG, PNG or WebP image/],
  ]
  for (const [input, message] of cases) await t.rejects(extract.run(input), { message })
})

t.test('an archive that says it unpacks to too much is refused before it is unpacked', async (t) => {
  const bomb = Buffer.from(archive({}, { 'photograph.jpg': new Uint8Array(2 ** 20) }))
  // .ZIP File Format Specification 4.3.12: the uncompressed size in an entry of the central directory.
  bomb.writeUInt32LE(0xf0000000, bomb.indexOf('PK\x01\x02') + 24)
  await t.rejects(extract.run(bomb), { message: /more than 268435456 bytes/ })
})

t.test('an archive of too many files is refused', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`${index}.jpg`, new Uint8Array(1)]),
  )
  await t.rejects(ageGender.run(archive({}, files)), { message: /more than 257 files/ })
})

t.test('a crop that is missing or broken is named', async (t) => {
  const list = { width: 200, height: 200, faces: [{ score: 0.9, box: BOX }] }
  await t.rejects(ageGender.run(archive(list)), { message: /has no 1\.jpg/ })
  await t.rejects(ageGender.run(archive(list, { '1.jpg': strToU8('GIF89a') })), {
    message: /no JPEG, PNG or WebP image: it begins with "GIF89a"/,
  })
})

t.test('people can be asked about without knowing where the crop was', async (t) => {
  const list = { width: 1920, height: 1280, faces: [{ score: 0.9, box: BOX }] }
  const result = await ageGender.run(archive(list, { '1.jpg': await readPhotograph(1) }))
  t.match(JSON.parse(result.toString()), { people: [{ score: 0.9, box: BOX, age: Number }] })
})
