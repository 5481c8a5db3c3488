// What is compared with PyTorch: an expression here beside the expression there, on the same inputs.

import type { DType, Shape, Tensor } from 'tracejit';
import * as tj from 'tracejit';
import { seeded } from '../../src/util/rng.ts';

export interface Input {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: readonly number[];
}

export interface OracleCase {
  /** In Python, over the names of the inputs; `F` is torch.nn.functional. */
  readonly torch: string;
  readonly ours: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
  readonly inputs: Readonly<Record<string, Input>>;
  /** Are gradients compared as well? */
  readonly differentiable: boolean;
}

type Ours = OracleCase['ours'];
type Inputs = OracleCase['inputs'];

const random = seeded(20);

function floats(shape: Shape, low = -2, high = 2): Input {
  const size = shape.reduce((n, d) => n * d, 1);
  const data = Array.from({ length: size }, () => Math.fround(low + (high - low) * random()));
  return { dtype: 'float32', shape, data };
}

function ints(shape: Shape, low: number, high: number): Input {
  const size = shape.reduce((n, d) => n * d, 1);
  return {
    dtype: 'int32',
    shape,
    data: Array.from({ length: size }, () => low + Math.floor((high - low) * random())),
  };
}

const smooth = (torch: string, inputs: Inputs, ours: Ours): OracleCase => ({
  torch,
  inputs,
  ours,
  differentiable: true,
});
const plain = (torch: string, inputs: Inputs, ours: Ours): OracleCase => ({
  torch,
  inputs,
  ours,
  differentiable: false,
});

const shapes: readonly Shape[] = [[], [1], [7], [3, 5], [2, 3, 4], [1, 4, 1, 5]];

function unary(): OracleCase[] {
  const ops: readonly (readonly [torch: string, low: number, high: number, f: (x: Tensor) => Tensor])[] = [
    ['-x', -2, 2, (x) => x.neg()],
    ['x.abs()', -2, 2, (x) => x.abs()],
    ['x.sign()', -2, 2, (x) => x.sign()],
    ['x.exp()', -5, 5, (x) => x.exp()],
    ['torch.expm1(x)', -2, 2, (x) => tj.expm1(x)],
    ['x.log()', 0.01, 5, (x) => x.log()],
    ['torch.log1p(x)', -0.9, 4, (x) => tj.log1p(x)],
    ['x.sqrt()', 0.01, 5, (x) => x.sqrt()],
    ['x.rsqrt()', 0.01, 5, (x) => x.rsqrt()],
    ['x.square()', -2, 2, (x) => x.square()],
    ['x.reciprocal()', 0.2, 4, (x) => x.reciprocal()],
    ['x.sin()', -20, 20, (x) => x.sin()],
    ['x.cos()', -20, 20, (x) => x.cos()],
    ['x.tan()', -1.3, 1.3, (x) => x.tan()],
    ['x.asin()', -0.95, 0.95, (x) => x.asin()],
    ['x.acos()', -0.95, 0.95, (x) => x.acos()],
    ['x.atan()', -4, 4, (x) => x.atan()],
    ['x.sinh()', -3, 3, (x) => x.sinh()],
    ['x.cosh()', -3, 3, (x) => x.cosh()],
    ['x.tanh()', -4, 4, (x) => x.tanh()],
    ['x.sigmoid()', -6, 6, (x) => x.sigmoid()],
    ['torch.erf(x)', -3, 3, (x) => x.erf()],
    ['x.floor()', -3, 3, (x) => x.floor()],
    ['x.ceil()', -3, 3, (x) => x.ceil()],
    ['x.round()', -3, 3, (x) => x.round()],
    ['x.trunc()', -3, 3, (x) => x.trunc()],
    ['x.clamp(-1, 0.5)', -2, 2, (x) => x.clamp(-1, 0.5)],
    ['F.relu(x)', -2, 2, (x) => x.relu()],
    ['F.relu6(x)', -3, 9, (x) => tj.relu6(x)],
    ['F.leaky_relu(x, 0.2)', -2, 2, (x) => x.leakyRelu(0.2)],
    ['F.elu(x)', -2, 2, (x) => x.elu()],
    ['F.selu(x)', -2, 2, (x) => x.selu()],
    ['F.gelu(x)', -4, 4, (x) => x.gelu({ approximate: false })],
    ['F.gelu(x, approximate="tanh")', -4, 4, (x) => x.gelu()],
    ['F.silu(x)', -4, 4, (x) => x.silu()],
    ['F.softplus(x)', -8, 8, (x) => x.softplus()],
  ];
  return ops.flatMap(([torch, low, high, f]) =>
    shapes.map((shape) => smooth(torch, { x: floats(shape, low, high) }, ({ x }) => f(x!))),
  );
}

function binary(): OracleCase[] {
  const ops: readonly (readonly [string, (a: Tensor, b: Tensor) => Tensor])[] = [
    ['a + b', (a, b) => a.add(b)],
    ['a - b', (a, b) => a.sub(b)],
    ['a * b', (a, b) => a.mul(b)],
    ['a / b', (a, b) => a.div(b)],
    ['torch.maximum(a, b)', (a, b) => a.maximum(b)],
    ['torch.minimum(a, b)', (a, b) => a.minimum(b)],
    ['a.abs().add(0.1) ** b', (a, b) => a.abs().add(0.1).pow(b)],
    ['torch.where(a < b, a, b * 2)', (a, b) => a.less(b).where(a, b.mul(2))],
    ['torch.atan2(a, b)', (a, b) => tj.atan2(a, b)],
  ];
  const pairs: readonly (readonly [Shape, Shape])[] = [
    [[3, 4], [4]],
    [[], [2, 3]],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [
      [5, 1],
      [1, 6],
    ],
    [[7], [7]],
  ];
  const compared: OracleCase[] = ['<', '<=', '>', '>=', '==', '!='].map((op, i) =>
    plain(`(a ${op} b).float()`, { a: ints([4, 5], 0, 3), b: ints([5], 0, 3) }, ({ a, b }) =>
      [tj.less, tj.lessEqual, tj.greater, tj.greaterEqual, tj.equal, tj.notEqual][i]!(a!, b!).cast('float32'),
    ),
  );
  const integers: OracleCase[] = [
    plain('a + b', { a: ints([9], -50, 50), b: ints([9], -50, 50) }, ({ a, b }) => a!.add(b!)),
    plain('a * b', { a: ints([9], -50, 50), b: ints([9], -50, 50) }, ({ a, b }) => a!.mul(b!)),
    // The sign of a remainder is the dividend's, as in JavaScript.
    plain('torch.fmod(a, b)', { a: ints([40], -50, 50), b: ints([40], 1, 9) }, ({ a, b }) => a!.mod(b!)),
    plain('torch.fmod(a, b)', { a: ints([40], -50, 50), b: ints([40], -9, -1) }, ({ a, b }) => a!.mod(b!)),
    plain('torch.fmod(a, b)', { a: floats([40], -9, 9), b: floats([40], 0.5, 3) }, ({ a, b }) => a!.mod(b!)),
  ];
  return [
    ...ops.flatMap(([torch, f]) =>
      pairs.map(([a, b]) => smooth(torch, { a: floats(a), b: floats(b, 0.3, 3) }, (i) => f(i.a!, i.b!))),
    ),
    ...compared,
    ...integers,
  ];
}

function reductions(): OracleCase[] {
  const axes: readonly (readonly [py: string, ours: number | readonly number[]])[] = [
    ['-1', -1],
    ['0', 0],
    ['1', 1],
    ['(0, 2)', [0, 2]],
    ['(0, 1, 2)', [0, 1, 2]],
  ];
  const x = (): Input => floats([3, 4, 5]);
  return [
    ...axes.flatMap(([py, axis]) => [
      smooth(`x.sum(${py})`, { x: x() }, (i) => i.x!.sum(axis)),
      smooth(`x.mean(${py}, keepdim=True)`, { x: x() }, (i) => i.x!.mean(axis, true)),
      smooth(`x.amax(${py})`, { x: x() }, (i) => i.x!.max(axis)),
      smooth(`x.amin(${py})`, { x: x() }, (i) => i.x!.min(axis)),
      smooth(`x.logsumexp(${py})`, { x: x() }, (i) => i.x!.logSumExp(axis)),
      smooth(`x.var(${py}, correction=0)`, { x: x() }, (i) => i.x!.variance(axis)),
      smooth(`x.std(${py}, correction=0)`, { x: x() }, (i) => i.x!.std(axis)),
      smooth(`torch.linalg.vector_norm(x, 2, ${py})`, { x: x() }, (i) => i.x!.norm(2, axis)),
      smooth(`torch.linalg.vector_norm(x, 1, ${py})`, { x: x() }, (i) => i.x!.norm(1, axis)),
    ]),
    ...[-1, 0, 1].flatMap((axis) => [
      smooth(`x.prod(${axis})`, { x: x() }, (i) => i.x!.prod(axis)),
      smooth(`F.softmax(x, ${axis})`, { x: x() }, (i) => i.x!.softmax(axis)),
      smooth(`F.log_softmax(x, ${axis})`, { x: x() }, (i) => i.x!.logSoftmax(axis)),
      smooth(`x.cumsum(${axis})`, { x: x() }, (i) => i.x!.cumsum(axis)),
      smooth(`x.cumprod(${axis})`, { x: x() }, (i) => i.x!.cumprod(axis)),
      smooth(`x.flip(${axis}).cumsum(${axis}).flip(${axis})`, { x: x() }, (i) =>
        i.x!.cumsum(axis, { reverse: true }),
      ),
      smooth(`x.sort(${axis}).values`, { x: x() }, (i) => i.x!.sort(axis)),
      smooth(`x.sort(${axis}, descending=True).values`, { x: x() }, (i) =>
        i.x!.sort(axis, { descending: true }),
      ),
      plain(`x.argmax(${axis})`, { x: x() }, (i) => i.x!.argmax(axis)),
      plain(`x.argmin(${axis})`, { x: x() }, (i) => i.x!.argmin(axis)),
      plain(`x.argsort(${axis})`, { x: x() }, (i) => i.x!.argsort(axis)),
    ]),
    smooth('x.topk(3).values', { x: x() }, (i) => i.x!.topK(3).values),
    plain('x.topk(3).indices', { x: x() }, (i) => i.x!.topK(3).indices),
    smooth('F.layer_norm(x, (5,), s, o)', { x: x(), s: floats([5]), o: floats([5]) }, (i) =>
      i.x!.layerNorm({ scale: i.s!, offset: i.o! }),
    ),
  ];
}

function structure(): OracleCase[] {
  const x = (): Input => floats([4, 5, 6]);
  const smoothOf = (torch: string, f: (x: Tensor) => Tensor): OracleCase =>
    smooth(torch, { x: x() }, (i) => f(i.x!));
  return [
    smoothOf('x.permute(2, 0, 1)', (x) => x.transpose([2, 0, 1])),
    smoothOf('x.reshape(10, 12)', (x) => x.reshape([10, 12])),
    smoothOf('x.flatten()', (x) => x.flatten()),
    smoothOf('x[1:3, :, 2]', (x) => x.slice([1, 3], null, 2)),
    smoothOf('x[:, ::2, 1::3]', (x) => x.slice(null, [null, null, 2], [1, null, 3])),
    smoothOf('x[-2:, :-1]', (x) => x.slice([-2, null], [null, -1])),
    smoothOf('x.flip(0)', (x) => x.slice([null, null, -1])),
    smoothOf('x.flip((0, 2))', (x) => x.flip([0, 2])),
    smoothOf('x.roll((2, -1), (0, 2))', (x) => x.roll([2, -1], [0, 2])),
    smoothOf('x.tile(2, 1, 3)', (x) => x.tile([2, 1, 3])),
    smoothOf('x.repeat_interleave(3, 1)', (x) => x.repeat(3, 1)),
    smoothOf('F.pad(x, (1, 2, 0, 1), value=7.0)', (x) =>
      x.pad(
        [
          [0, 0],
          [0, 1],
          [1, 2],
        ],
        7,
      ),
    ),
    smoothOf('x.triu(1)', (x) => x.triu(1)),
    smoothOf('x.tril(-1)', (x) => x.tril(-1)),
    smoothOf('torch.cat([x, x * 2], 1)', (x) => tj.concat([x, x.mul(2)], 1)),
    smoothOf('torch.stack([x, -x], 1)', (x) => tj.stack([x, x.neg()], 1)),
    smoothOf('x.tensor_split((1, 4), 1)[1]', (x) => x.split([1, 4], 1)[1]!),
    smoothOf('x.unbind(1)[3]', (x) => x.unstack(1)[3]!),
    smooth('x.index_select(1, n)', { x: x(), n: ints([7], 0, 5) }, (i) => i.x!.gather(i.n!, 1)),
    smooth('x[n]', { x: x(), n: ints([2, 3], 0, 4) }, (i) => i.x!.gather(i.n!)),
    smooth('torch.take_along_dim(x, n, 1)', { x: x(), n: ints([4, 3, 6], 0, 5) }, (i) =>
      i.x!.takeAlongAxis(i.n!, 1),
    ),
    smooth('x.index_add(0, n, u)', { x: x(), n: ints([9], 0, 4), u: floats([9, 5, 6]) }, (i) =>
      i.x!.scatterAdd(i.n!, i.u!),
    ),
    smooth('x.scatter_add(1, n, u)', { x: x(), n: ints([4, 8, 6], 0, 5), u: floats([4, 8, 6]) }, (i) =>
      i.x!.scatterAddAlongAxis(i.n!, i.u!, 1),
    ),
    plain('F.one_hot(n, 5)', { n: ints([3, 4], 0, 5) }, (i) => tj.oneHot(i.n!, 5)),
  ];
}

function products(): OracleCase[] {
  const pairs: readonly (readonly [Shape, Shape])[] = [
    [
      [3, 4],
      [4, 5],
    ],
    [[4], [4]],
    [[4], [4, 5]],
    [[3, 4], [4]],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [2, 1, 3, 4],
      [5, 4, 2],
    ],
    [
      [33, 70],
      [70, 41],
    ],
  ];
  const einsums: readonly (readonly [string, Shape, Shape])[] = [
    ['ij,jk->ik', [3, 4], [4, 5]],
    ['ij,kj->ki', [3, 4], [5, 4]],
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
    ['bhqd,bhkd->bhqk', [2, 3, 4, 5], [2, 3, 6, 5]],
    ['i,j->ij', [3], [4]],
    ['ijk,ijk->j', [2, 3, 4], [2, 3, 4]],
    ['ij,ij', [3, 4], [3, 4]],
    ['abc,cd->abd', [2, 3, 4], [4, 5]],
  ];
  return [
    ...pairs.map(([a, b]) => smooth('a @ b', { a: floats(a), b: floats(b) }, (i) => i.a!.matmul(i.b!))),
    ...einsums.map(([equation, a, b]) =>
      smooth(`torch.einsum("${equation}", a, b)`, { a: floats(a), b: floats(b) }, (i) =>
        tj.einsum(equation, i.a!, i.b!),
      ),
    ),
    smooth('torch.einsum("ii->i", a)', { a: floats([4, 4]) }, (i) => tj.einsum('ii->i', i.a!)),
    smooth('torch.outer(a, b)', { a: floats([3]), b: floats([4]) }, (i) => i.a!.outer(i.b!)),
  ];
}

// Channels are last here and second in PyTorch; kernels [height, width, in, out] here and [out, in, height, width] there.
function windows(): OracleCase[] {
  const conv = (torchOptions: string, options: tj.ConvOptions, inputs = 4, groups = 1): OracleCase =>
    smooth(
      `F.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), ${torchOptions}).permute(0, 2, 3, 1)`,
      { x: floats([2, 9, 8, inputs]), w: floats([3, 2, inputs / groups, 6]) },
      (i) => tj.conv2d(i.x!, i.w!, options),
    );
  const pool = (torch: string, f: (x: Tensor) => Tensor): OracleCase =>
    smooth(`F.${torch}.permute(0, 2, 3, 1)`, { x: floats([2, 9, 8, 3]) }, (i) => f(i.x!));
  const image = 'x.permute(0, 3, 1, 2)';
  const around = [
    [1, 1],
    [1, 1],
  ] as const;
  return [
    conv('stride=1', {}),
    conv('stride=2', { strides: 2 }),
    conv('stride=(1, 2), padding=(1, 1)', { strides: [1, 2], padding: around }),
    conv('dilation=(2, 1)', { dilation: [2, 1] }),
    conv('groups=2, stride=2, padding=(1, 1)', { groups: 2, strides: 2, padding: around }, 4, 2),
    conv('padding="same"', { padding: 'same' }),
    smooth(
      'F.conv1d(x.permute(0, 2, 1), w.permute(2, 1, 0), stride=2).permute(0, 2, 1)',
      { x: floats([2, 11, 3]), w: floats([4, 3, 5]) },
      (i) => tj.conv1d(i.x!, i.w!, { strides: 2 }),
    ),
    pool(`max_pool2d(${image}, 2)`, (x) => tj.maxPool2d(x, 2)),
    pool(`max_pool2d(${image}, 3, stride=2, padding=1)`, (x) =>
      tj.maxPool2d(x, 3, { strides: 2, padding: around }),
    ),
    pool(`avg_pool2d(${image}, (2, 3), stride=2)`, (x) => tj.avgPool2d(x, [2, 3], { strides: 2 })),
    pool(`avg_pool2d(${image}, 3, stride=2, padding=1, count_include_pad=False)`, (x) =>
      tj.avgPool2d(x, 3, { strides: 2, padding: around }),
    ),
  ];
}

export function oracleCases(): readonly OracleCase[] {
  return [...unary(), ...binary(), ...reductions(), ...structure(), ...products(), ...windows()];
}
