// What shape ops become when the simplify pass meets two of them, as text; the pass manager compares the bits of before and after.
import { describe, expect, it } from 'vitest';
import { allocate, type NdView, ndView } from '../../src/array/nd.ts';
import type { Func } from '../../src/ir/func.ts';
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { sizeOf } from '../../src/ir/types.ts';
import { registry } from '../../src/ops/index.ts';
import { runPasses } from '../../src/passes/pass.ts';
import { simplify } from '../../src/passes/simplify.ts';
import '../../src/tensor/eager.ts';

/** The instructions of the simplified function, its result last. */
function simplified(params: string, body: readonly string[]): string[] {
  const func = parse(`func @f(${params}) {\n${body.join('\n')}\n}\n`, registry);
  const { func: after } = runPasses(func, [simplify], { check: true, samples: [sampleOf(func)] });
  return print(after)
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim());
}

/** Every element of every parameter different from all others. */
function sampleOf({ params }: Func): NdView[] {
  let next = 1;
  return params.map(({ type: { dtype, shape } }) => {
    const data = allocate(dtype, sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = next++;
    return ndView(dtype, shape, data);
  });
}

describe('shape ops simplify', () => {
  const rewrites: readonly (readonly [
    about: string,
    params: string,
    before: readonly string[],
    after: readonly string[],
  ])[] = [
    [
      'reshape to the same shape',
      '%0: f32[2,3]',
      ['%1 = reshape %0 {shape=[2, 3]} : f32[2,3]', 'return %1'],
      ['return %0'],
    ],
    [
      'reshape of reshape',
      '%0: f32[2,3]',
      ['%1 = reshape %0 {shape=[6]} : f32[6]', '%2 = reshape %1 {shape=[3, 2]} : f32[3,2]', 'return %2'],
      ['%1 = reshape %0 {shape=[3, 2]} : f32[3,2]', 'return %1'],
    ],
    [
      'reshape there and back',
      '%0: f32[2,3]',
      ['%1 = reshape %0 {shape=[6]} : f32[6]', '%2 = reshape %1 {shape=[2, 3]} : f32[2,3]', 'return %2'],
      ['return %0'],
    ],
    [
      'transpose that moves nothing',
      '%0: f32[2,3]',
      ['%1 = transpose %0 {perm=[0, 1]} : f32[2,3]', 'return %1'],
      ['return %0'],
    ],
    [
      'transpose of transpose',
      '%0: f32[2,3,4]',
      [
        '%1 = transpose %0 {perm=[1, 2, 0]} : f32[3,4,2]',
        '%2 = transpose %1 {perm=[0, 2, 1]} : f32[3,2,4]',
        'return %2',
      ],
      ['%1 = transpose %0 {perm=[1, 0, 2]} : f32[3,2,4]', 'return %1'],
    ],
    [
      'transpose there and back',
      '%0: f32[2,3,4]',
      [
        '%1 = transpose %0 {perm=[1, 2, 0]} : f32[3,4,2]',
        '%2 = transpose %1 {perm=[2, 0, 1]} : f32[2,3,4]',
        'return %2',
      ],
      ['return %0'],
    ],
    [
      'transpose of an axis of size 1',
      '%0: f32[2,1,3]',
      ['%1 = transpose %0 {perm=[1, 0, 2]} : f32[1,2,3]', 'return %1'],
      ['%1 = reshape %0 {shape=[1, 2, 3]} : f32[1,2,3]', 'return %1'],
    ],
    [
      'slice of everything',
      '%0: f32[4]',
      ['%1 = slice %0 {start=[0], limit=[4], stride=[1]} : f32[4]', 'return %1'],
      ['return %0'],
    ],
    [
      'slice of slice',
      '%0: f32[20]',
      [
        '%1 = slice %0 {start=[3], limit=[20], stride=[2]} : f32[9]',
        '%2 = slice %1 {start=[1], limit=[8], stride=[3]} : f32[3]',
        'return %2',
      ],
      ['%1 = slice %0 {start=[5], limit=[18], stride=[6]} : f32[3]', 'return %1'],
    ],
    [
      'flip there and back',
      '%0: f32[2,3]',
      ['%1 = reverse %0 {axes=[0, 1]} : f32[2,3]', '%2 = reverse %1 {axes=[1, 0]} : f32[2,3]', 'return %2'],
      ['return %0'],
    ],
    [
      'flip of flip',
      '%0: f32[2,3,4]',
      [
        '%1 = reverse %0 {axes=[0, 1]} : f32[2,3,4]',
        '%2 = reverse %1 {axes=[1, 2]} : f32[2,3,4]',
        'return %2',
      ],
      ['%1 = reverse %0 {axes=[0, 2]} : f32[2,3,4]', 'return %1'],
    ],
    [
      'flip of an axis of size 1',
      '%0: f32[1,3]',
      ['%1 = reverse %0 {axes=[0, 1]} : f32[1,3]', 'return %1'],
      ['%1 = reverse %0 {axes=[1]} : f32[1,3]', 'return %1'],
    ],
    [
      'pad by nothing',
      '%0: f32[2]',
      ['%1 = pad %0 {lo=[0], hi=[0], interior=[0], value=1} : f32[2]', 'return %1'],
      ['return %0'],
    ],
    [
      'pad of pad',
      '%0: f32[2]',
      [
        '%1 = pad %0 {lo=[1], hi=[0], interior=[2], value=-0} : f32[5]',
        '%2 = pad %1 {lo=[3], hi=[1], interior=[0], value=-0} : f32[9]',
        'return %2',
      ],
      ['%1 = pad %0 {lo=[4], hi=[1], interior=[2], value=-0} : f32[9]', 'return %1'],
    ],
    ['concat of one', '%0: f32[2]', ['%1 = concat %0 {axis=0} : f32[2]', 'return %1'], ['return %0']],
    [
      'concat with nothing',
      '%0: f32[2], %1: f32[0]',
      ['%2 = concat %1, %0, %1 {axis=0} : f32[2]', 'return %2'],
      ['return %0'],
    ],
    [
      'concat of concat',
      '%0: f32[2], %1: f32[3]',
      ['%2 = concat %0, %1 {axis=0} : f32[5]', '%3 = concat %2, %0 {axis=0} : f32[7]', 'return %3'],
      ['%2 = concat %0, %1, %0 {axis=0} : f32[7]', 'return %2'],
    ],
    [
      'dynamic_slice of everything',
      '%0: f32[2], %1: i32[]',
      ['%2 = dynamic_slice %0, %1 {sizes=[2]} : f32[2]', 'return %2'],
      ['return %0'],
    ],
    [
      'dynamic_update_slice of everything',
      '%0: f32[2], %1: f32[2], %2: i32[]',
      ['%3 = dynamic_update_slice %0, %1, %2 : f32[2]', 'return %3'],
      ['return %1'],
    ],
    [
      'broadcast of broadcast',
      '%0: f32[3]',
      [
        '%1 = broadcast %0 {shape=[2, 3], axes=[1]} : f32[2,3]',
        '%2 = broadcast %1 {shape=[2, 4, 3], axes=[0, 2]} : f32[2,4,3]',
        'return %2',
      ],
      ['%1 = broadcast %0 {shape=[2, 4, 3], axes=[2]} : f32[2,4,3]', 'return %1'],
    ],
  ];
  for (const [about, params, before, after] of rewrites)
    it(about, () => expect(simplified(params, before)).toEqual(after));

  const kept: readonly (readonly [about: string, params: string, body: readonly string[]])[] = [
    [
      'slice of a slice that leaves nothing',
      '%0: f32[5]',
      [
        '%1 = slice %0 {start=[3], limit=[5], stride=[2]} : f32[1]',
        '%2 = slice %1 {start=[1], limit=[1], stride=[1]} : f32[0]',
        'return %2',
      ],
    ],
    [
      'pad of pad with zeros of two signs',
      '%0: f32[2]',
      [
        '%1 = pad %0 {lo=[1], hi=[0], interior=[0], value=-0} : f32[3]',
        '%2 = pad %1 {lo=[1], hi=[0], interior=[0], value=0} : f32[4]',
        'return %2',
      ],
    ],
    [
      'concat along another axis',
      '%0: f32[1,2]',
      ['%1 = concat %0, %0 {axis=0} : f32[2,2]', '%2 = concat %1, %1 {axis=1} : f32[2,4]', 'return %2'],
    ],
  ];
  for (const [about, params, body] of kept)
    it(`not: ${about}`, () => expect(simplified(params, body)).toEqual(body));
});
