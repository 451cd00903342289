import { z } from 'zod'

/** Largest number of a size, a speed, a bandwidth or a time: what is computed of such numbers stays exact enough, and finite. */
export const MAX_QUANTITY = 1e12

/** A name: one line, without white space around it. */
const NAME = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u

/** The same without a slash: what comes after one is a vCPU or a machine. */
const HOST_NAME = /^[^\s/\p{Cc}](?:[^/\p{Cc}]*[^\s/\p{Cc}])?$/u

const MAX_NAME_LENGTH = 200

export const name = () =>
  z
    .string()
    .max(MAX_NAME_LENGTH)
    .regex(NAME, 'is no name: it must be one line, without space before or after it')

/** Of a host or a virtual machine. */
export const hostName = () =>
  z
    .string()
    .max(MAX_NAME_LENGTH)
    .regex(
      HOST_NAME,
      'is no name of a host: it must be one line, without space before or after it, and without /',
    )

/** Megabytes, million instructions or seconds. */
export const amount = () => z.number().min(0).max(MAX_QUANTITY)

/** A speed or a bandwidth. */
export const rate = () => z.number().positive().max(MAX_QUANTITY)

/** A share of a CPU, in percent. */
export const percent = () => z.number().positive().max(100)

export const count = () => z.int().min(1)

/** Names, each but once. */
export const names = () => z.array(name()).superRefine(noRepeats).meta({ uniqueItems: true })

function noRepeats(all: readonly unknown[], context: z.core.$RefinementCtx): void {
  const seen = new Set<unknown>()
  for (const [index, one] of all.entries()) {
    if (seen.has(one))
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `there are two with the name ${one}`,
        input: all,
      })
    seen.add(one)
  }
}

/** Labels by name. A number, true or false counts as its text. */
export const labels = () =>
  z.record(
    name(),
    z.union([z.string(), z.number(), z.boolean()]).transform((value) => `${value}`),
  )
