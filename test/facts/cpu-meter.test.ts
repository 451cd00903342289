import t from 'tap'
import { CpuMeter, type CpuTimes, readCpuTimes } from '../../src/facts/cpu-meter.ts'
import { reader } from './recorded.ts'

const STAT = `cpu  300 0 100 1400 100 0 0 100 0 0
cpu0 100 10 40 700 50 1 2 97 33 0
cpu1 200 0 60 700 50 0 0 3 0 0
intr 1234
`

t.test('time is read of the CPUs that count', async (t) => {
  const read = reader({ '/proc/stat': STAT })
  t.same(readCpuTimes(read, [0]), { busy: 250, idle: 750 }, 'time of guests is in user already')
  t.same(readCpuTimes(read, []), { busy: 513, idle: 1500 })
  t.ok(readCpuTimes(reader(), []).idle > 0, 'without the file, what Node.js knows')
})

t.test('the share is that of the last samples', async (t) => {
  let times: CpuTimes = { busy: 0, idle: 0 }
  const meter = new CpuMeter(() => times)
  t.equal(meter.share, undefined, 'before the first')
  meter.sample()
  t.equal(meter.share, undefined, 'no time has passed')
  times = { busy: 30, idle: 70 }
  t.equal(meter.share, 0.3, 'since the first')
  meter.sample()
  for (let i = 1; i <= 6; i++) {
    times = { busy: 30, idle: 70 + 10 * i }
    meter.sample()
  }
  t.equal(meter.share, 0, 'what was busy is too long ago')
})
