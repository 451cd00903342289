// An instance of a function that is not bundled, so that a profile of it tells its parts apart. Environment as that of
// every instance.
import { parseManifest, serveInstance } from '../../../src/function/index.ts'
import definition from '../functions/copy-1.ts'

const { name, input, output } = definition
const manifest = parseManifest({ name, input, output, module: 'copy-1.ts' })
await serveInstance(definition, manifest)
