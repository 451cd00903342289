import t from 'tap'
import { Fixture } from './fixture.ts'

t.test('/localhost from a face that leaves this host is dropped', async (t) => {
  const fixture = new Fixture()
  const [stranger, manager] = [fixture.face(), fixture.face({ isLocal: true })]
  fixture.route('/localhost', manager)
  stranger.interest('/localhost/status')
  stranger.interest('/localhost')
  t.equal(stranger.drops('scope'), 2)
  t.same([...manager.take(), ...stranger.take()], [])
  stranger.interest('/localhost2/status')
  t.equal(stranger.drops('scope'), 2, 'another name is none of it')
})

t.test('/localhost is not sent to a face that leaves this host', async (t) => {
  const fixture = new Fixture()
  const [client, away] = [fixture.face({ isLocal: true }), fixture.face()]
  fixture.route('/', away)
  client.interest('/localhost/status')
  t.same(away.take(), [])
  t.equal(client.takeNack().reason, 150)
})

t.test('/localhost passes between faces on this host', async (t) => {
  const fixture = new Fixture()
  const [client, manager] = [fixture.face({ isLocal: true }), fixture.face({ isLocal: true })]
  fixture.route('/localhost', manager)
  client.interest('/localhost/status')
  t.equal(manager.take().length, 1)
  manager.data('/localhost/status', { freshnessPeriod: 1000 })
  t.equal(client.take().length, 1)

  const stranger = fixture.face()
  stranger.interest('/localhost/status')
  t.equal(stranger.drops('scope'), 1, 'nor does a stranger get it from the Content Store')
  t.same(stranger.take(), [])
})

t.test('a Data under /localhost from a face that leaves this host is dropped', async (t) => {
  const fixture = new Fixture()
  const [client, manager, stranger] = [
    fixture.face({ isLocal: true }),
    fixture.face({ isLocal: true }),
    fixture.face(),
  ]
  fixture.route('/localhost', manager)
  client.interest('/localhost/status')
  stranger.data('/localhost/status')
  t.equal(stranger.drops('scope'), 1)
  t.same(client.take(), [])
})

t.test('a function is no way round: content under /localhost keeps a chain on this host', async (t) => {
  const fixture = new Fixture()
  const [stranger, client] = [fixture.face(), fixture.face({ isLocal: true })]
  const gzip = fixture.functionFace('gzip')
  stranger.interest('gzip/localhost/secret', { form: 'extended' })
  stranger.interest('gzip(level=9):tar/localhost/secret')
  t.equal(stranger.drops('scope'), 2)
  t.same([...gzip.take(), ...stranger.take()], [])
  client.interest('gzip/localhost/secret')
  t.equal(gzip.take().length, 1)
  fixture.route('/128=tar', stranger)
  client.interest('tar/localhost/secret')
  t.same(stranger.take(), [])
  stranger.interest('gzip/a/localhost')
  t.equal(gzip.take().length, 1, 'only where the name begins with it')
})
