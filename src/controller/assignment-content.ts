import type { Assignment } from '../control/index.ts'

/** An assignment without who gives it, and which it is: equal ones need not be told again. */
export type AssignmentContent = Omit<Assignment, 'controller' | 'revision'>
