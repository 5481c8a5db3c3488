// The samples of every op: one table per file of samples/, merged. every-op.test.ts checks that no op of the registry lacks its own.
import { contraction } from './samples/contraction.ts';
import { control } from './samples/control.ts';
import { elementwise } from './samples/elementwise.ts';
import { indexing } from './samples/indexing.ts';
import { random } from './samples/random.ts';
import { reductions } from './samples/reductions.ts';
import type { SampleTable } from './samples/sample.ts';
import { shape } from './samples/shape.ts';
import { structure } from './samples/structure.ts';
import { windows } from './samples/windows.ts';

export const samples: SampleTable = {
  ...elementwise,
  ...reductions,
  ...contraction,
  ...shape,
  ...indexing,
  ...random,
  ...structure,
  ...control,
  ...windows,
};
