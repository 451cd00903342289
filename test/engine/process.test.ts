import t from 'tap'
import { ProcessEngine } from '../../src/engine/process.ts'
import { type EngineUnderTest, testStartAndStop, testWatching } from './compliance.ts'

const processUnderTest: EngineUnderTest = {
  connect: async (options) => new ProcessEngine(options),
  killFromOutside: async (_nodeName, _id, agent) => {
    process.kill(await agent.run<number>('return process.pid'), 'SIGKILL')
  },
  cleanUp: async () => {},
}

t.test('the process engine starts and stops instances', (t) => testStartAndStop(t, processUnderTest))

t.test('the process engine tells of instances', (t) => testWatching(t, processUnderTest))
