// Samples of ops that coercion, tracing and the compiler insert: constant, cast, stop_gradient, call, fusion.
import type { NdView } from '../../../src/array/nd.ts';
import { Builder } from '../../../src/ir/build.ts';
import type { Func } from '../../../src/ir/func.ts';
import type { DType } from '../../../src/ir/types.ts';
import { registry } from '../../../src/ops/index.ts';
import {
  bool,
  f32,
  floats,
  i32,
  layouts,
  repeated,
  type Sample,
  type SampleTable,
  specialFloats,
  specialInts,
} from './sample.ts';

const specials: Readonly<Record<DType, NdView>> = {
  float32: f32([specialFloats.length], specialFloats),
  int32: i32([specialInts.length], specialInts),
  bool: bool([2], [0, 1]),
};
const dtypes = Object.keys(specials) as DType[];

const x = floats([2, 3], 61);

const constants: readonly Sample[] = [
  ...dtypes.map((dtype) => {
    const data = [...specials[dtype].data];
    return { about: `special values, ${dtype}`, args: [], attrs: { data, dtype, shape: [data.length] } };
  }),
  { about: 'a scalar', args: [], attrs: { data: [-0], dtype: 'float32', shape: [] } },
  { about: 'one number for all', args: [], attrs: { data: [7], dtype: 'int32', shape: [2, 3] } },
  { about: 'a matrix', args: [], attrs: { data: [1, 2, 3, 4, 5, 6], dtype: 'float32', shape: [2, 3] } },
  { about: 'no elements', args: [], attrs: { data: [], dtype: 'float32', shape: [0, 2] } },
];

const casts: readonly Sample[] = [
  ...dtypes.flatMap((from) =>
    dtypes.map((dtype) => ({ about: `${from} to ${dtype}`, args: [specials[from]], attrs: { dtype } })),
  ),
  { about: 'smooth', args: [x], attrs: { dtype: 'float32' }, smooth: true },
  ...layouts(x).map(({ layout, x }) => ({ about: layout, args: [x], attrs: { dtype: 'int32' } })),
];

const stopped: readonly Sample[] = [
  ...dtypes.map((dtype) => ({ about: `special values, ${dtype}`, args: [specials[dtype]], attrs: {} })),
  ...layouts(x).map(({ layout, x }) => ({ about: layout, args: [x], attrs: {} })),
  { about: 'repeated by zero strides', args: [repeated('float32', [2, 2], 3)], attrs: {} },
];

/** `(x, y) => (x + y, (x + y) · x)` of the operands' types. */
function sumAndProduct(name: string, args: readonly NdView[]): Func {
  const builder = new Builder();
  const [a, b] = args.map(({ dtype, shape }) => builder.param({ dtype, shape }));
  const [sum] = builder.emit(registry.get('add')!, [a!, b!], {});
  const [product] = builder.emit(registry.get('mul')!, [sum!, a!], {});
  return builder.finish(name, [sum!, product!]);
}

function withRegion(about: string, attrs: unknown, ...args: readonly NdView[]): Sample {
  return { about, args, attrs, regions: [sumAndProduct('inner', args)] };
}

function regions(attrs: unknown): readonly Sample[] {
  return [
    withRegion('two results', attrs, x, floats([2, 3], 65)),
    withRegion('special values', attrs, specials.float32, specials.float32),
    withRegion('integers', attrs, specials.int32, specials.int32),
    withRegion('no elements', attrs, f32([0], [1]), f32([0], [1])),
  ];
}

export const structure: SampleTable = {
  constant: constants,
  cast: casts,
  stop_gradient: stopped,
  call: regions({}),
  fusion: regions({ kind: 'map' }),
};
