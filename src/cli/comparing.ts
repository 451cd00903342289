import type { DownloadPolicy, Platform, Scheduler, Workflow } from '../../scheduler/index.ts'
import type { Compared } from './compare-text.ts'
import { messageOf } from './exit-code.ts'
import { type Plan, plan, requireValid } from './planning.ts'
import { searchProgress } from './search-progress.ts'
import { printable } from './text.ts'

export interface CompareOptions {
  readonly policy: DownloadPolicy
  readonly timeLimit: number
  readonly seed?: number
  readonly simulate?: true
}

export type Row = Compared & { readonly scheduler: string; readonly plan: Plan }

/** A scheduler that has no plan. */
export interface Failed {
  /** Of the scheduler; undefined if all failed alike. */
  readonly title: string | undefined
  readonly error: unknown
}

/** What all say of a workflow is told but once. */
export function asOne(errors: readonly Failed[], planned: number): readonly Failed[] {
  const [first] = errors
  const isSame = errors.every(({ error }) => messageOf(error) === messageOf(first?.error))
  return first !== undefined && planned === 0 && isSame ? [{ ...first, title: undefined }] : errors
}

/** A row for each scheduler, or why it has none. Ends after the row in which it was stopped. */
export async function* rowsOf(
  library: typeof import('../../scheduler/index.ts'),
  schedulers: readonly Scheduler[],
  workflow: Workflow,
  platform: Platform,
  options: CompareOptions,
): AsyncGenerator<Row | Failed> {
  for (const scheduler of schedulers) {
    const row = await rowOf(library, scheduler, workflow, platform, options).catch((error: unknown) => {
      return { title: scheduler.title, error }
    })
    yield row
    if ('plan' in row && row.plan.end === 'interrupted') return
  }
}

async function rowOf(
  library: typeof import('../../scheduler/index.ts'),
  scheduler: Scheduler,
  workflow: Workflow,
  platform: Platform,
  { policy, seed, timeLimit, simulate }: CompareOptions,
): Promise<Row> {
  const { name, title } = scheduler
  const doing = `${printable(workflow.name)}, ${title}`
  const progress = searchProgress(process.stderr, doing, timeLimit)
  progress.say(`${doing} …`)
  const found = await plan(scheduler, workflow, platform, {
    policy,
    seed,
    timeLimit,
    onProgress: (step, ms) => progress.show(step, ms),
  }).finally(() => progress.stop())
  requireValid(found.schedule, library.violations(workflow, platform, found.schedule, { policy }))
  const measures = library.measure(workflow, platform, found.schedule)
  const simulated = simulate && library.simulate(workflow, platform, found.schedule, { contention: true })
  const { ms, bound } = found
  return { scheduler: name, title, measures, ms, bound, plan: found, simulated: simulated?.makespan }
}
