import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { readPhotograph, startFunction } from './bundle.ts'

const sha256 = await startFunction(t, 'sha256')
const gzip = await startFunction(t, 'gzip')
const statistics = await startFunction(t, 'statistics')

const bytes = fc.uint8Array({ maxLength: 5000 })

t.test('sha256 is what node:crypto says, and a line end', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (input) => {
      const expected = createHash('sha256').update(input).digest('hex')
      return (await sha256.run(input)).toString() === `${expected}\n`
    }),
  )
})

t.test('gunzip gives back what gzip took, at every level', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (input, level) =>
      gunzipSync(await gzip.run(input, { level: String(level) })).equals(input),
    ),
  )
})

t.test('gzip makes text smaller, and the same input gives the same bytes', async (t) => {
  const text = Buffer.from('a photograph goes through three containers by name\n'.repeat(200))
  const packed = await gzip.run(text)
  t.ok(packed.length < text.length / 20)
  t.same(await gzip.run(text), packed)
  t.same(gunzipSync(await gzip.run(await readPhotograph(1))), await readPhotograph(1))
})

t.test('statistics counts people and sums up their ages', async () => {
  const person = fc.record({
    age: fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10),
    gender: fc.constantFrom('female', 'male'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 30 }), async (people) => {
      const result = JSON.parse((await statistics.run(Buffer.from(JSON.stringify({ people })))).toString())
      const ages = people.map(({ age }) => age).sort((a, b) => a - b)
      return (
        result.people === people.length &&
        result.gender.female === people.filter(({ gender }) => gender === 'female').length &&
        result.gender.female + result.gender.male === people.length &&
        result.age.minimum === ages[0] &&
        result.age.maximum === ages.at(-1) &&
        Math.abs(result.age.mean * ages.length - ages.reduce((sum, age) => sum + age)) <= 0.051 * ages.length
      )
    }),
  )
})

t.test('what is no list of people is refused', async (t) => {
  await t.rejects(statistics.run(Buffer.from('{')), { message: /^the input is no JSON: / })
  for (const input of ['null', '[]', '{}', '{"people":[{}]}', '{"people":[{"age":1,"gender":"x"}]}']) {
    await t.rejects(statistics.run(Buffer.from(input)), { message: 'the input is no list of people' }, input)
  }
})
