import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

const FOLDER = 'scheduler/validate'

t.test('the validator shares no code with what it judges: it imports nothing but types', async (t) => {
  const foreign = readdirSync(FOLDER).flatMap((file) => {
    const imports = readFileSync(`${FOLDER}/${file}`, 'utf8').matchAll(
      /(?:import|export)\s[^;'"]*?from '([^']+)'/g,
    )
    return [...imports].filter(([, from]) => !from?.startsWith('./')).map(([text]) => text)
  })
  t.ok(foreign.length > 0)
  t.strictSame(
    foreign.filter((text) => !/^import type \{[^}]*\} from '\.\.\/model\/index\.ts'$/.test(text)),
    [],
  )
})
