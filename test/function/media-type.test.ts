import fc from 'fast-check'
import t from 'tap'
import {
  formatMediaTypes,
  isMediaType,
  isMediaTypePattern,
  mediaTypeFits,
} from '../../src/function/media-type.ts'

const name = fc.stringMatching(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,20}$/)
const mediaType = fc.tuple(name, name).map(([type, subtype]) => `${type}/${subtype}`)

t.test('a media type fits itself, its type/* and */*', async () => {
  fc.assert(
    fc.property(mediaType, (type) => {
      const family = `${type.split('/')[0]}/*`
      return [type, family, '*/*'].every((pattern) => mediaTypeFits(type, [pattern]))
    }),
  )
})

t.test('a media type fits no other media type and no other type/*', async () => {
  fc.assert(
    fc.property(mediaType, mediaType, (output, pattern) => {
      const [family, otherFamily] = [output, pattern].map((type) => type.split('/')[0])
      return (
        mediaTypeFits(output, [pattern]) === (output === pattern) &&
        mediaTypeFits(output, [`${otherFamily}/*`]) === (family === otherFamily)
      )
    }),
  )
})

t.test('one fitting pattern of several is enough, and none is not', async (t) => {
  t.ok(mediaTypeFits('image/png', ['text/plain', 'image/png']))
  t.notOk(mediaTypeFits('image/png', ['text/plain', 'image/jpeg']))
  t.notOk(mediaTypeFits('image/png', []))
})

t.test('case and parameters of the output do not count', async (t) => {
  t.ok(mediaTypeFits('Text/Plain; charset=utf-8', ['text/plain']))
  t.ok(mediaTypeFits('IMAGE/JPEG', ['image/*']))
})

t.test('a structured suffix is no wildcard: zip does not take every +zip', async (t) => {
  t.notOk(mediaTypeFits('application/vnd.ndn-sfc.faces+zip', ['application/zip']))
  t.ok(mediaTypeFits('application/vnd.ndn-sfc.faces+zip', ['application/*']))
})

t.test('what is no concrete media type fits nothing, not even */*', async (t) => {
  for (const output of ['', 'image', 'image/', '/jpeg', 'image/*', '*/*', 'image/jp eg', 'a/b/c', 'é/x']) {
    t.notOk(mediaTypeFits(output, ['*/*', 'image/*', output]), JSON.stringify(output))
    t.notOk(isMediaType(output))
  }
})

t.test('patterns are a media type, type/* or */*, in lower case', async (t) => {
  for (const pattern of ['image/jpeg', 'image/*', '*/*', 'application/vnd.x+json']) {
    t.ok(isMediaTypePattern(pattern), pattern)
  }
  for (const pattern of ['*', '*/jpeg', 'image/*+xml', 'Image/jpeg', 'image/jp*', '']) {
    t.notOk(isMediaTypePattern(pattern), pattern)
  }
})

t.test('patterns are written for a person', async (t) => {
  t.equal(formatMediaTypes(['image/jpeg']), 'image/jpeg')
  t.equal(formatMediaTypes(['image/jpeg', 'image/png']), 'image/jpeg or image/png')
  t.equal(formatMediaTypes(['a/a', 'b/b', 'c/*']), 'a/a, b/b or c/*')
  t.equal(formatMediaTypes(['a/a', '*/*']), 'anything')
  t.equal(formatMediaTypes([]), 'nothing')
})
