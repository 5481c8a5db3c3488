// Every op of the registry lowers alone, without fusion, to the bits of eager mode.
import { describe, it } from 'vitest';
import { type Func, instr, param } from '../../../src/ir/func.ts';
import { registry } from '../../../src/ops/index.ts';
import { defOf } from '../../../src/ops/opdef.ts';
import type { Sample } from '../../ops/samples/sample.ts';
import { samples } from '../../ops/samples.ts';
import { expectSame } from './run.ts';

function funcOf(name: string, sample: Sample): Func {
  const params = sample.args.map((a) => param({ dtype: a.dtype, shape: a.shape }));
  const body = instr(registry.get(name)!, params, sample.attrs, sample.regions ?? []);
  return { name, params, body: [body], results: body.results };
}

describe('every op alone', () => {
  for (const [name, ofOp] of Object.entries(samples)) {
    if (name === 'call') continue; // opened by the inline pass
    ofOp.forEach((sample, n) => {
      it(`${name} ${n}: ${sample.about}`, () => {
        const func = funcOf(name, sample);
        if (defOf(func.body[0]!).lower.kind === 'host' && name !== 'fusion') return;
        expectSame(func, sample.args);
      });
    });
  }
});
