import t from 'tap'
import { RttEstimator } from '../../../src/forwarder/strategies/rtt-estimator.ts'

t.test('the time-out is one second before anything is measured', async (t) => {
  const rtt = new RttEstimator()
  t.equal(rtt.isMeasured, false)
  t.equal(rtt.timeout, 1000)
})

t.test('round-trip times are smoothed as RFC 6298 says', async (t) => {
  const rtt = new RttEstimator()
  rtt.add(400)
  t.equal(rtt.smoothed, 400)
  t.equal(rtt.timeout, 400 + 4 * 200)
  rtt.add(800)
  t.equal(rtt.smoothed, 450)
  t.equal(rtt.timeout, 450 + 4 * 250)
})

t.test('the time-out is from 200 ms to 60 s', async (t) => {
  const rtt = new RttEstimator()
  rtt.add(1)
  t.equal(rtt.timeout, 200)
  const slow = new RttEstimator()
  slow.add(100_000)
  t.equal(slow.timeout, 60_000)
})
