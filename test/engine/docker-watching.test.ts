import t from 'tap'
import { testWatching } from './compliance.ts'
import { dockerUnderTest } from './docker-host.ts'
import { skipWithoutDocker } from './require-docker.ts'

t.test('the docker engine tells of instances', { skip: skipWithoutDocker }, async (t) => {
  await testWatching(t, dockerUnderTest)
})
