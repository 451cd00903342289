import fc from 'fast-check'
import t from 'tap'
import { lanesOf } from '../../../scheduler/chart/lanes.ts'

const spans = fc.array(
  fc
    .tuple(fc.nat({ max: 30 }), fc.nat({ max: 9 }))
    .map(([start, length]) => ({ start, finish: start + length })),
  { maxLength: 30 },
)

t.test('what overlaps in time is in different lanes, and there are no more lanes than it takes', async () => {
  fc.assert(
    fc.property(spans, (all) => {
      const { lane, count } = lanesOf(all)
      for (const [one, a] of all.entries()) {
        for (const [other, b] of all.entries()) {
          if (one < other && a.start < b.finish && b.start < a.finish && lane[one] === lane[other])
            return false
        }
      }
      // Each lane that is opened finds all others taken, by what has no length too.
      const most = Math.max(
        0,
        ...all.map(
          ({ start }) =>
            all.filter((s) => s.start <= start && (s.finish > start || s.start === start)).length,
        ),
      )
      return count <= most && lane.every((number) => number >= 0 && number < count)
    }),
  )
})
