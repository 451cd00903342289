import { unzipSync } from 'fflate'
import sharp from 'sharp'
import t from 'tap'
import type { FaceList } from '../../functions/lib/faces.ts'
import { readPhotograph, startFunction } from './bundle.ts'

/** Faces that the detector finds in each photograph. In the second, one of the three people looks away. */
const FACES_FOUND = { 1: 3, 2: 2, 3: 3, 4: 4, 5: 5, 6: 4 }

interface People {
  readonly people: { age: number; gender: string; genderScore: number; score: number; box: object }[]
}

const detect = await startFunction(t, 'detect-faces')
const extract = await startFunction(t, 'extract-faces')
const ageGender = await startFunction(t, 'age-gender')
const statistics = await startFunction(t, 'statistics')

function readList(zip: Uint8Array): FaceList {
  return JSON.parse(Buffer.from(unzipSync(zip)['faces.json'] as Uint8Array).toString())
}

function readPeople(json: Buffer): People['people'] {
  return (JSON.parse(json.toString()) as People).people
}

for (const [number, count] of Object.entries(FACES_FOUND)) {
  t.test(`the ${count} faces in photograph ${number} go through the whole chain`, async (t) => {
    const photograph = await readPhotograph(Number(number))
    const detected = await detect.run(photograph)
    const { width, height, faces } = readList(detected)
    t.match(await sharp(photograph).metadata(), { width, height })
    t.equal(faces.length, count)
    for (const { score, box } of faces) {
      t.ok(score >= 0.5 && score <= 1, `score ${score}`)
      t.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, 'inside')
      t.ok(box.width > 100 && box.height > 100, 'as large as a face')
    }
    t.same(Buffer.from(unzipSync(detected)['photograph.jpg'] as Uint8Array), photograph)

    const extracted = await extract.run(detected)
    const { 'faces.json': _, ...crops } = unzipSync(extracted)
    t.same(
      Object.keys(crops),
      faces.map((_, index) => `${index + 1}.jpg`),
    )
    for (const [index, { crop, ...face }] of readList(extracted).faces.entries()) {
      t.same(face, faces[index], 'the same face')
      const { width, height } = await sharp(crops[`${index + 1}.jpg`]).metadata()
      t.match(crop, { width, height }, 'the crop is what it says')
    }

    const asked = await ageGender.run(extracted)
    const people = readPeople(asked)
    t.same(
      people.map(({ score, box }) => ({ score, box })),
      faces,
    )
    for (const { age, gender, genderScore } of people) {
      t.ok(age > 15 && age < 50, `grown-up: ${age}`)
      t.equal(gender, 'female')
      t.ok(genderScore > 0.6 && genderScore <= 1)
    }

    const ages = people.map(({ age }) => age)
    const mean = ages.reduce((sum, age) => sum + age) / ages.length
    const { age, ...counts } = JSON.parse((await statistics.run(asked)).toString())
    t.same(counts, { people: count, gender: { female: count, male: 0 } })
    t.match(age, { minimum: Math.min(...ages), maximum: Math.max(...ages) })
    t.ok(Math.abs(age.mean - mean) < 0.051)
  })
}

t.test('the same photograph gives the same bytes', async (t) => {
  const photograph = await readPhotograph(3)
  const results = []
  for (let run = 0; run < 2; run++) {
    const detected = await detect.run(photograph)
    const extracted = await extract.run(detected)
    results.push({ detected, extracted, people: await ageGender.run(extracted) })
  }
  t.same(results[0], results[1])
})

t.test('twenty pieces of work later no tensor more is held', async (t) => {
  const detected = await detect.run(await readPhotograph(1))
  const extracted = await extract.run(detected)
  await ageGender.run(extracted)
  const before = [detect.tensors, ageGender.tensors]
  t.ok(before.every((count) => Number(count) > 0))
  for (let run = 0; run < 20; run++) {
    await detect.run(await readPhotograph((run % 6) + 1))
    await ageGender.run(extracted)
  }
  t.same([detect.tensors, ageGender.tensors], before)
})

t.test('a failed piece of work holds no tensor either', async (t) => {
  const extracted = await extract.run(await detect.run(await readPhotograph(1)))
  const before = [detect.tensors, ageGender.tensors]
  await t.rejects(detect.run(Buffer.from('no photograph')))
  await t.rejects(ageGender.run(extracted.subarray(0, 1000)))
  await detect.run(await readPhotograph(1))
  await ageGender.run(extracted)
  t.same([detect.tensors, ageGender.tensors], before)
})

t.test('a photograph that lies on its side is turned upright first', async (t) => {
  const upright = await readPhotograph(6)
  const onItsSide = await sharp(upright)
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 95 })
    .toBuffer()
  const [expected, turned] = [readList(await detect.run(upright)), readList(await detect.run(onItsSide))]
  t.same([turned.width, turned.height, turned.faces.length], [expected.width, expected.height, 4])
  for (const [index, { box }] of turned.faces.entries()) {
    const other = expected.faces[index]?.box
    t.ok(Math.abs(box.x - Number(other?.x)) < 20 && Math.abs(box.y - Number(other?.y)) < 20, 'in its place')
  }
})

t.test('PNG and WebP photographs keep their name and bytes', async (t) => {
  const small = sharp(await readPhotograph(4)).resize(800)
  for (const format of ['png', 'webp'] as const) {
    const photograph = await small.clone().toFormat(format).toBuffer()
    const detected = await detect.run(photograph)
    t.equal(readList(detected).faces.length, 4, format)
    t.same(Buffer.from(unzipSync(detected)[`photograph.${format}`] as Uint8Array), photograph)
  }
})

t.test('people are found in a gray photograph, and in one made for print', async (t) => {
  const photograph = sharp(await readPhotograph(3))
  const gray = await photograph.clone().grayscale().toColourspace('b-w').jpeg().toBuffer()
  const print = await photograph.clone().toColourspace('cmyk').jpeg().toBuffer()
  for (const image of [gray, print]) {
    const extracted = await extract.run(await detect.run(image))
    t.equal(readPeople(await ageGender.run(extracted)).length, 3)
  }
})

t.test('where nobody is, nobody is found, all along the chain', async (t) => {
  const wall = await sharp({ create: { width: 640, height: 480, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()
  const detected = await detect.run(wall)
  t.same(readList(detected), { width: 640, height: 480, faces: [] })
  const people = await ageGender.run(await extract.run(detected))
  t.same(readPeople(people), [])
  t.same(JSON.parse((await statistics.run(people)).toString()), {
    people: 0,
    gender: { female: 0, male: 0 },
    age: null,
  })
})

t.test('minimum-score decides what is taken for a face', async (t) => {
  const photograph = await readPhotograph(2)
  const counts = []
  for (const score of ['0.1', '0.5', '0.7', '0.99']) {
    counts.push(readList(await detect.run(photograph, { 'minimum-score': score })).faces.length)
  }
  t.same(
    [...counts].sort((a, b) => b - a),
    counts,
    'the higher the fewer',
  )
  t.ok(Number(counts[0]) > 2)
  t.same(counts.slice(1), [2, 1, 0])
})

t.test('margin widens a crop on each side, up to the rim of the photograph', async (t) => {
  const detected = await detect.run(await readPhotograph(1))
  const { width, height, faces } = readList(detected)
  const cropsOf = async (margin: string) => readList(await extract.run(detected, { margin })).faces
  for (const [index, { crop }] of (await cropsOf('0')).entries()) t.same(crop, faces[index]?.box)
  for (const { box, crop } of await cropsOf('1')) {
    t.equal(crop?.x, Math.max(0, box.x - box.width))
    t.equal(crop?.y, Math.max(0, box.y - box.height))
    t.equal(crop?.width, Math.min(width, box.x + 2 * box.width) - Number(crop?.x))
    t.equal(crop?.height, Math.min(height, box.y + 2 * box.height) - Number(crop?.y))
  }
})

t.test('the margin of a crop does not change what is seen in the face', async (t) => {
  const detected = await detect.run(await readPhotograph(5))
  const [tight, wide] = await Promise.all(
    ['0', '0.5'].map(async (margin) =>
      readPeople(await ageGender.run(await extract.run(detected, { margin }))),
    ),
  )
  for (const [index, { age }] of (tight ?? []).entries()) {
    t.ok(Math.abs(age - Number(wide?.[index]?.age)) < 3, 'within what JPEG does')
  }
})
