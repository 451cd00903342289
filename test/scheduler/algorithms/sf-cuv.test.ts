import t from 'tap'
import {
  cuvFix,
  type Host,
  type Platform,
  type Schedule,
  schedule,
  sfCuv,
  type Workflow,
} from '../../../scheduler/index.ts'

/** Hosts in one network that exchange 10 MB in a second, with one core each, and an SF repository. */
function platform(...hosts: { speed: number; vcpus?: number; maximumUsage?: number }[]): Platform {
  const host = (name: string): Host => ({
    name,
    network: 'lab',
    bandwidth: 10,
    architecture: 'amd64',
    labels: {},
    sockets: [],
    machines: [],
    images: [],
    layers: [],
  })
  return {
    name: 'lab',
    networks: [{ name: 'lab', bandwidth: 10 }],
    hosts: [
      ...hosts.map(({ speed, vcpus = 1, maximumUsage = 100 }, number) => ({
        ...host(`h${number}`),
        sockets: [{ speed, cores: 1, vcpusPerCore: vcpus, maximumUsage }],
      })),
      host('repository'),
    ],
    repository: 'repository',
    fileServer: undefined,
  }
}

/** Work in thousands of million instructions: seconds at 1000 MIPS. An image is 100 MB where a type is said to have one. */
function workflow(
  tasks: Record<string, { work: number; type?: string; usage?: number }>,
  edges: [from: string, to: string, data: number][] = [],
  images: string[] = [],
): Workflow {
  const types = new Set(Object.entries(tasks).map(([name, { type = name }]) => type))
  return {
    name: 'worked example',
    types: [...types].map((name) => ({
      name,
      layers: images.includes(name) ? [{ name: `image of ${name}`, size: 100 }] : [],
      architectures: undefined,
    })),
    tasks: Object.entries(tasks).map(([name, { work, type = name, usage = 50 }]) => ({
      name,
      type,
      work: 1000 * work,
      times: undefined,
      usage,
      input: 0,
      demands: { architecture: undefined, labels: {} },
    })),
    edges: edges.map(([from, to, data]) => ({ from, to, data })),
  }
}

/** Times are rounded to milliseconds. */
function slots({ tasks }: Schedule): Record<string, string> {
  const round = (time: number): number => Math.round(time * 1000) / 1000
  return Object.fromEntries(
    tasks.map(({ task, vcpu, start, finish }) => [task, `${vcpu} ${round(start)}–${round(finish)}`]),
  )
}

t.test('two tasks with more to say to each other than to do are merged', async (t) => {
  // s̄ = 1000, β̄ = 10. blevel(y) = 1; blevel(x) = 1 + 100/10 + 1 = 12. C = {x}: TL = 0, BL = 12, level = 12.
  // Down: q = y, D = {y}: cand = TL(C) + W(C) + [W(D) − w(y)] + blevel(y) = 0 + 1 + 0 + 1 = 2 ≤ 12: merged.
  const chain = workflow({ x: { work: 1 }, y: { work: 1 } }, [['x', 'y', 100]])
  const wanted = { x: 'h0/0 0–1', y: 'h0/0 1–2' }
  const two = platform({ speed: 1000 }, { speed: 1000 })
  t.strictSame(slots(schedule(cuvFix, chain, two)), wanted)
  t.strictSame(slots(schedule(sfCuv, chain, two)), wanted)
})

t.test('branches with more to do than to say are not merged, but for one', async (t) => {
  // a takes 1 s, each b 10 s, each edge 10/10 = 1 s. C = {a}: BL = 1 + 1 + 10 = 12 = level.
  // Down with b1: cand = 0 + 1 + 0 + 10 = 11 ≤ 12: merged. C = {a, b1}: bottom tasks are a (b2 and b3 are outside):
  // S = 11 − 1 − 10 = 0, BL = 0 + 12; and b1: S = 1, BL = 1 + 10 = 11. So b(C) = a, level = 12.
  // Down with b2: cand = 0 + 11 + 0 + 10 = 21 > 12. Up: nothing before a. {a, b1} goes to h0.
  // C = {b2}: level = (1 + 1) + 10 = 12. Up: P = {a, b1}, 0 + 11 + 10 = 21 > 12. So b2 and likewise b3 are alone.
  const fan = workflow({ a: { work: 1 }, b1: { work: 10 }, b2: { work: 10 }, b3: { work: 10 } }, [
    ['a', 'b1', 10],
    ['a', 'b2', 10],
    ['a', 'b3', 10],
  ])
  // The vCPU of {b2} minimises FT(u) + 1 (from h0) + 10: 22 on h0, which has 11, and 11 on h1. Of {b3}: h2, as FT(h1) = 12.
  t.strictSame(slots(schedule(cuvFix, fan, platform({ speed: 1000 }, { speed: 1000 }, { speed: 1000 }))), {
    a: 'h0/0 0–1',
    b1: 'h0/0 1–11',
    b2: 'h1/0 2–12',
    b3: 'h2/0 2–12',
  })
})

t.test('branches with more to say than to do are merged', async (t) => {
  // As before, but each b takes 1 s and its data 20/10 = 2 s: C = {a}: level = 1 + 2 + 1 = 4. b1: cand = 2 ≤ 4: merged.
  // {a, b1}: level = 4 (through b2). b2: cand = 2 + 1 = 3 ≤ 4: merged. {a, b1, b2}: level = 4 (through b3).
  // b3: cand = 3 + 1 = 4 ≤ 4: merged. All on h0.
  const fan = workflow({ a: { work: 1 }, b1: { work: 1 }, b2: { work: 1 }, b3: { work: 1 } }, [
    ['a', 'b1', 20],
    ['a', 'b2', 20],
    ['a', 'b3', 20],
  ])
  t.strictSame(slots(schedule(cuvFix, fan, platform({ speed: 1000 }, { speed: 1000 }))), {
    a: 'h0/0 0–1',
    b1: 'h0/0 1–2',
    b2: 'h0/0 2–3',
    b3: 'h0/0 3–4',
  })
})

t.test('a task joins the finished cluster before it where that does not make its level grow', async (t) => {
  // s̄ = 1000. a takes 1 s, each b 3 s, each edge 25/10 = 2.5 s. {a} takes in b1 (cand = 4 ≤ 1 + 2.5 + 3), but not b2:
  // cand = 0 + 4 + 3 = 7 > 6.5. {a, b1} goes to h0, at 1500 MIPS, and takes 4/1.5 = 2.67 s there.
  // C = {b2}: TL = 1/1.5 + 2.5, BL = 3, level = 6.17. Up: 0 + 2.67 + 3 = 5.67 ≤ 6.17: joins, on h0.
  const fan = workflow({ a: { work: 1 }, b1: { work: 3 }, b2: { work: 3 } }, [
    ['a', 'b1', 25],
    ['a', 'b2', 25],
  ])
  t.strictSame(slots(schedule(cuvFix, fan, platform({ speed: 1500 }, { speed: 500 }))), {
    a: 'h0/0 0–0.667',
    b1: 'h0/0 0.667–2.667',
    b2: 'h0/0 2.667–4.667',
  })
})

t.test('a task moves to where an instance of its type is, and the image comes once', async (t) => {
  // u and v are of type T, whose image takes 100/10 = 10 s; z has none. Levels: {z} 5 + 1/10 + 1 = 6.1, {u} 1.
  // Phase I: {z} takes in v (cand = 6 ≤ 6.1) and goes to h0; {u} to the vCPU that is not used yet, h1.
  // CUV-FIX: v can ask for T on h0 at 5, when z is done: 15–16. u asks for it on h1 at 0: 10–11.
  // SF-CUV: z first (0 + 6), on h0; v next (5 + 1): nobody holds T, h0 and h1 would both be done at 16: h0. Then u: on h0,
  // where v's instance is, T asked for at 0 is there at 10, so 10–11; on its own host h1 the same: shared. Now that T is
  // on h0 at 10, v starts after u: 11–12.
  const shared = workflow(
    { z: { work: 5 }, v: { work: 1, type: 'T' }, u: { work: 1, type: 'T' } },
    [['z', 'v', 1]],
    ['T'],
  )
  const two = platform({ speed: 1000 }, { speed: 1000 })
  const fixed = schedule(cuvFix, shared, two)
  t.strictSame(slots(fixed), { z: 'h0/0 0–5', v: 'h0/0 15–16', u: 'h1/0 10–11' })
  t.strictSame(
    fixed.downloads.map(({ node, start, finish }) => [node, start, finish]),
    [
      ['h1', 0, 10],
      ['h0', 5, 15],
    ],
  )
  const moved = schedule(sfCuv, shared, two)
  t.strictSame(slots(moved), { z: 'h0/0 0–5', v: 'h0/0 11–12', u: 'h0/0 10–11' })
  t.strictSame(
    moved.downloads.map(({ node, start, finish }) => [node, start, finish]),
    [['h0', 0, 10]],
  )
})

t.test('a task moves away from a core that may not be used more', async (t) => {
  // h0's core has two vCPUs of 2000 MIPS and takes 60 % of each: 120 in all. p and q use 70 each, so one at a time.
  // Phase I knows no usage: start tasks go to vCPUs not used yet, where they are done first: p to h0/0, q to h0/1.
  // CUV-FIX: q waits for p: 1–2. SF-CUV: nobody holds q's type, and on h1 at 1500 MIPS it is done at 2000/1500.
  const pair = workflow({ p: { work: 2, usage: 70 }, q: { work: 2, usage: 70 } })
  const capped = platform({ speed: 2000, vcpus: 2, maximumUsage: 60 }, { speed: 1500 })
  t.strictSame(slots(schedule(cuvFix, pair, capped)), { p: 'h0/0 0–1', q: 'h0/1 1–2' })
  t.strictSame(slots(schedule(sfCuv, pair, capped)), { p: 'h0/0 0–1', q: 'h1/0 0–1.333' })
})
