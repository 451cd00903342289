import { mkdir, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'

let session: Session | undefined

/** Answers of a worker that can tell where its time goes. */
export const profiler = {
  async startProfile(): Promise<void> {
    session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
  },

  /** @param folder that is made; the profile has the name that `node --cpu-prof` would give it, so `readProfile` finds it */
  async stopProfile(folder: string): Promise<void> {
    if (session === undefined) throw new Error('no profile was started')
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `CPU.bench.${process.pid}.0.001.cpuprofile`), JSON.stringify(profile))
  },
}
