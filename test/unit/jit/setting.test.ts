// Settings: JavaScript values that compiled functions may branch on without becoming stale; eagerly, evalShape and tree beside them.
import { describe, expect, it } from 'vitest';
import {
  eagerly,
  evalShape,
  jit,
  LeakError,
  Setting,
  spec,
  type Tensor,
  tensor,
  tree,
  type Variable,
  variable,
  zeros,
} from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

describe('settings', () => {
  it('make a jitted function trace again, and find its earlier traces', () => {
    const doubled = new Setting('doubled', false);
    const f = jit((x: Tensor) => (doubled.value ? x.mul(2) : x));
    const x = tensor([1, 2]);
    expect(f(x).toArray()).toEqual([1, 2]);
    doubled.value = true;
    expect(f(x).toArray()).toEqual([2, 4]);
    doubled.value = false;
    expect(f(x).toArray()).toEqual([1, 2]);
    expect(f.traces.map(({ why }) => why)).toEqual(['first call', 'doubled false -> true']);
  });

  it('reach the functions that call the one that read them, also where that is compiled already', () => {
    const on = new Setting('on', false);
    const inner = jit((x: Tensor) => (on.value ? x.neg() : x));
    expect(inner(tensor(1)).item()).toBe(1);
    const outer = jit((x: Tensor) => inner(x).add(1));
    expect(outer(tensor(1)).item()).toBe(2);
    on.value = true;
    expect(outer(tensor(1)).item()).toBe(0);
  });

  it('that a trace changes itself are no reason to trace again', () => {
    const mode = new Setting('mode', 'a');
    const f = jit((x: Tensor) => {
      mode.value = 'b';
      const y = mode.value === 'b' ? x.add(1) : x;
      mode.value = 'a';
      return y;
    });
    expect([f(tensor(1)).item(), f(tensor(2)).item(), f.traces.length]).toEqual([2, 3, 1]);
  });
});

describe('eagerly', () => {
  it('makes variables inside a trace', () => {
    let v: Variable | undefined;
    const f = jit((x: Tensor) => {
      v ??= eagerly(() => variable(zeros([2]).add(5)));
      return x.add(v);
    });
    expect(f(tensor([1, 2])).toArray()).toEqual([6, 7]);
    expect(v!.toArray()).toEqual([5, 5]);
  });

  it('refuses traced tensors', () => {
    expect(messageOf(() => jit((x: Tensor) => eagerly(() => x.add(1)))(tensor([1])))).toMatch(
      /^TraceError: eager mode was given a traced tensor f32\[1\] \(args\[0\] in @anonymous/,
    );
    let kept: Tensor | undefined;
    jit((x: Tensor) => {
      kept = x;
      return x;
    })(tensor(1));
    expect(() => eagerly(() => kept!.add(1))).toThrow(LeakError);
  });
});

describe('evalShape', () => {
  it('gives shapes and dtypes in the structure of the result, and runs nothing', () => {
    const v = variable(zeros([3]));
    const found = evalShape<{ y: { shape: unknown; dtype: unknown }; n: number }>(
      ({ x }: { x: Tensor }, w: Tensor) => {
        v.assign(v.add(1));
        return { y: x.matmul(w).argmax(-1), n: x.shape[0]! };
      },
      { x: spec([5, 2]) },
      spec([2, 7]),
    );
    expect([found.y.shape, found.y.dtype, found.n]).toEqual([[5], 'int32', 5]);
    expect(v.toArray()).toEqual([0, 0, 0]);
  });
});

describe('tree', () => {
  it('maps and flattens', () => {
    const params = { w: tensor([1]), list: [tensor(2), null] };
    const sum = tree.map((a: Tensor, b: Tensor) => a.add(b), params, params);
    expect(JSON.stringify(sum)).toBe('{"w":[2],"list":[4,null]}');
    const { leaves, paths, unflatten } = tree.flatten(params);
    expect([leaves.length, paths, unflatten([1, 2])]).toEqual([
      2,
      ['.w', '.list[0]'],
      { w: 1, list: [2, null] },
    ]);
    expect(tree.leaves(params).every((leaf, i) => leaf === leaves[i])).toBe(true);
    expect(messageOf(() => tree.map((a) => a, { w: 1 }, { v: 1 }))).toBe(
      'TreeError: tree.map: tree 2 has another structure than the first, which has leaves tree.w; got tree.v',
    );
    expect(messageOf(() => unflatten([1]))).toBe(
      'TreeError: tree.unflatten: the structure has 2 leaves, got 1',
    );
  });
});
