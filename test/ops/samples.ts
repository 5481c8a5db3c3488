// The samples of every op: one table per file of samples/, merged. every-op.test.ts checks that no op of the registry lacks its own.
import { elementwise } from './samples/elementwise.ts';
import type { SampleTable } from './samples/sample.ts';

export const samples: SampleTable = { ...elementwise };
