// einsum against the definition: a loop over every index of every label, in float64. Small integers, so that sums are exact.
import { describe, expect, it } from 'vitest';
import { einsum, grad, matmul, type Tensor, tensor } from '../../../src/index.ts';
import { sizeOf, stridesOf } from '../../../src/ir/types.ts';
import { seeded } from '../../../src/util/rng.ts';
import { messageOf } from '../../errors/message.ts';

const random = seeded(1);

function integers(shape: readonly number[]): Tensor {
  return tensor(
    Array.from({ length: sizeOf(shape) }, () => Math.floor(random() * 7) - 3),
    { shape },
  );
}

/** The sum over all labels of the product of the operands. Labels only, no ellipsis. */
function naive(equation: string, ...operands: readonly Tensor[]): readonly number[] {
  const [left, output] = equation.split('->') as [string, string];
  const inputs = left.split(',');
  const labels = [...new Set(left.replaceAll(',', ''))];
  const size = (label: string): number => {
    const k = inputs.findIndex((input) => input.includes(label));
    return operands[k]!.shape[inputs[k]!.indexOf(label)]!;
  };
  const at = (names: string, shape: readonly number[], index: ReadonlyMap<string, number>): number =>
    stridesOf(shape).reduce((sum, stride, axis) => sum + stride * index.get(names[axis]!)!, 0);
  const shape = [...output].map(size);
  const result = new Array<number>(sizeOf(shape)).fill(0);
  const data = operands.map((x) => x.data());
  const visit = (depth: number, index: Map<string, number>): void => {
    if (depth === labels.length) {
      const term = operands.reduce((p, x, k) => p * data[k]![at(inputs[k]!, x.shape, index)]!, 1);
      result[at(output, shape, index)]! += term;
      return;
    }
    for (let i = 0; i < size(labels[depth]!); i++) visit(depth + 1, index.set(labels[depth]!, i));
  };
  visit(0, new Map());
  return result;
}

describe('einsum', () => {
  const cases: readonly [string, ...(readonly number[])[]][] = [
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['ij,jk->ki', [2, 3], [3, 4]],
    ['ij,kj->ik', [2, 3], [4, 3]],
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 2]],
    ['bij,bj->bi', [2, 3, 4], [2, 4]],
    ['i,i->', [5], [5]],
    ['i,i->i', [5], [5]],
    ['i,j->ij', [2], [3]],
    ['i,j->ji', [2], [3]],
    ['ij->', [2, 3]],
    ['ij->j', [2, 3]],
    ['ij->ji', [2, 3]],
    ['ii->', [3, 3]],
    ['ii->i', [3, 3]],
    ['iji->j', [3, 2, 3]],
    ['iii->i', [3, 3, 3]],
    ['iij,jkk->ik', [2, 2, 3], [3, 2, 2]],
    ['ij,j->', [2, 3], [3]],
    ['ij,k->i', [2, 3], [4]],
    ['ij,jk,kl->il', [2, 3], [3, 4], [4, 2]],
    ['i,i,i->i', [3], [3], [3]],
    ['abc,cd,da->b', [2, 3, 2], [2, 4], [4, 2]],
    ['bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 2, 4]],
    ['ij,jk->ik', [0, 3], [3, 2]],
    ['ij,jk->ik', [2, 0], [0, 3]],
    [',->', [], []],
  ];
  it.each(cases)('%s is the sum of products', (equation, ...shapes) => {
    const operands = shapes.map(integers);
    // A sum that starts at 0 is never -0; a product alone may be.
    const result = Array.from(einsum(equation, ...operands).data(), (x) => x + 0);
    expect(result).toEqual(naive(equation, ...operands));
  });

  it('has the output shape', () => {
    expect(einsum('abc,cd->dba', integers([2, 3, 4]), integers([4, 5])).shape).toEqual([5, 3, 2]);
  });

  it('makes the output of labels that occur once, in alphabetical order', () => {
    const [a, b] = [integers([2, 3]), integers([3, 4])];
    expect(einsum('ij,jk', a, b).toArray()).toEqual(matmul(a, b).toArray());
    expect(einsum('ba', a).shape).toEqual([3, 2]);
    expect(einsum('ii', integers([3, 3])).shape).toEqual([]);
    expect(einsum(' i j , j k ', a, b).shape).toEqual([2, 4]);
  });

  it('broadcasts the axes of an ellipsis', () => {
    const a = integers([5, 1, 2, 3]);
    const b = integers([4, 3, 2]);
    expect(einsum('...ij,...jk->...ik', a, b).toArray()).toEqual(matmul(a, b).toArray());
    expect(einsum('...ij,...jk', a, b).shape).toEqual([5, 4, 2, 2]);
    expect(einsum('...i->...', a).toArray()).toEqual(a.sum(-1).toArray());
    expect(einsum('i...->...', a).toArray()).toEqual(a.sum(0).toArray());
    expect(einsum('...,...->...', tensor([1, 2]), tensor(3)).toArray()).toEqual([3, 6]);
  });

  it('keeps int32', () => {
    const x = tensor([1, 2], { dtype: 'int32' });
    expect(einsum('i,i->', x, x).dtype).toBe('int32');
  });

  it('has a gradient', () => {
    const [a, b] = [integers([2, 3]), integers([3, 2])];
    const gradient = grad((x: Tensor) => einsum('ij,ji->', x, b))(a);
    expect(gradient.toArray()).toEqual(b.transpose().toArray());
    const diagonal = grad((x: Tensor) => einsum('ii->', x))(integers([2, 2]));
    expect(diagonal.toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  const x = integers([2, 3]);
  it.each<[string, () => Tensor, string]>([
    [
      'sizes',
      () => einsum('ij,jk->ik', x, x),
      "ShapeError: einsum 'ij,jk->ik': label 'j' has size 3 and, in operand 1, size 2",
    ],
    [
      'a diagonal',
      () => einsum('ii->i', x),
      "ShapeError: einsum 'ii->i': label 'i' has size 2 and, in operand 0, size 3",
    ],
    [
      'rank',
      () => einsum('ijk->i', x),
      "ShapeError: einsum 'ijk->i', operand 0: 'ijk' labels 3 axes, but the shape is [2,3]",
    ],
    [
      'missing labels',
      () => einsum('i->i', x),
      "ShapeError: einsum 'i->i', operand 0: 'i' labels 1 axes, but the shape is [2,3]",
    ],
    [
      'operands',
      () => einsum('ij,jk->ik', x),
      "ArgumentError: einsum 'ij,jk->ik': the equation has 2 operands, got 1",
    ],
    [
      'output label',
      () => einsum('ij->k', x),
      "ArgumentError: einsum 'ij->k': output label 'k' is in no operand",
    ],
    [
      'output twice',
      () => einsum('ij->ii', x),
      "ArgumentError: einsum 'ij->ii': label 'i' occurs twice in the output",
    ],
    ['arrows', () => einsum('ij->i->j', x), "ArgumentError: einsum 'ij->i->j': '->' occurs more than once"],
    [
      'characters',
      () => einsum('i1->i', x),
      "ArgumentError: einsum 'i1->i': '1' is no label; labels are letters, with ',' '->' and '...' between",
    ],
    [
      'ellipses',
      () => einsum('......->', x),
      "ArgumentError: einsum '......->': '...' occurs twice in '......'",
    ],
    [
      'lost ellipsis',
      () => einsum('...j->j', x),
      "ArgumentError: einsum '...j->j': the operands have '...' axes, so the output must say where they go",
    ],
    [
      'ellipsis sizes',
      () => einsum('...i,...i->...', integers([2, 3]), integers([4, 3])),
      "ShapeError: einsum '...i,...i->...': axes of '...' have sizes 2 and 4, which do not broadcast (operand 1)",
    ],
    [
      'no equation',
      () => einsum(x as never),
      "ArgumentError: einsum: the first argument is the equation, such as 'ij,jk->ik'",
    ],
    [
      'an array',
      () => einsum('i->i', [1] as never),
      "ArgumentError: einsum 'i->i': expected a tensor or a number, got an array; wrap it: tensor([…])",
    ],
  ])('refuses wrong %s', (_, f, message) => {
    expect(messageOf(f)).toBe(message);
  });
});
