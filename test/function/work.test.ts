import t from 'tap'
import { Work } from '../../src/function/work.ts'
import { encodeInterest, Interest, Name } from '../../src/packet/index.ts'

function interest(lifetime: number, hopLimit?: number): Interest {
  const fields = { name: Name.parse('/128=f/x'), lifetime, ...(hopLimit === undefined ? {} : { hopLimit }) }
  return Interest.decode(encodeInterest(fields))
}

t.test('somebody waits until the last of the lifetimes is over', async (t) => {
  const work = new Work(interest(100, 7))
  t.equal(work.hopLimit, 7)
  work.ask(interest(100), undefined, 0)
  t.equal(work.timeLeft(0), 100)
  work.ask(interest(50), undefined, 10)
  t.equal(work.timeLeft(10), 90)
  work.ask(interest(100), undefined, 50)
  t.equal(work.timeLeft(50), 100)
  t.equal(work.timeLeft(150), 0)
  t.equal(work.timeLeft(500), 0)
  t.equal(work.waiting(149).length, 1)
  t.same(work.waiting(150), [])
})

t.test('each PIT token is answered, once, while its Interest lives', async (t) => {
  const work = new Work(interest(100))
  const [a, b] = [Buffer.from('a'), Buffer.from('b')]
  work.ask(interest(100), a, 0)
  work.ask(interest(300), b, 0)
  work.ask(interest(100), a, 50)
  t.same(
    work
      .waiting(60)
      .map(({ pitToken }) => pitToken)
      .sort(),
    [a, b],
  )
  t.same(
    work.waiting(200).map(({ pitToken }) => pitToken),
    [b],
  )
  t.equal(work.timeLeft(200), 100)
})

t.test('askers are bounded in number', async (t) => {
  const work = new Work(interest(100))
  for (let i = 0; i < 1000; i++) work.ask(interest(100), Buffer.from(`${i}`), i / 1000)
  t.equal(work.waiting(1).length, 64)
  t.equal(work.waiting(1).at(-1)?.pitToken?.toString(), '999')
})
