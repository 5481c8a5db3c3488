// One broken kernel or more for each numbered rule.
import { describe, expect, test } from 'vitest';
import type { Buffer, Expr, ScalarFunction, Stmt } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { VerifyError } from '../../../src/util/errors.ts';

const buffers: readonly Buffer[] = [
  { name: 'a', type: 'f32', size: 8, role: 'in' },
  { name: 'y', type: 'f32', size: 8, role: 'out' },
  { name: 'panel', type: 'f64', size: 4, role: 'scratch' },
];

function verify(body: readonly Stmt[], over: { name?: string; buffers?: readonly Buffer[] } = {}): void {
  verifyKernel({ name: 'k', buffers, body, ...over });
}

const i = k.index('i');
const element = (at: Expr): Expr => k.load('f32', 'a', at);
const reduce = (over: Partial<Extract<Stmt, { kind: 'reduce' }>>): Stmt => ({
  kind: 'reduce',
  name: 's',
  op: 'add',
  type: 'f32',
  index: 'r',
  extent: 8,
  body: [],
  value: element(k.index('r')),
  ...over,
});
const fn = (over: Partial<ScalarFunction>): Expr =>
  k.call(
    { name: 'f', params: [{ name: 'p', type: 'f32' }], lets: [], result: k.local('f32', 'p'), ...over },
    k.f32(1),
  );

const broken: readonly [rule: string, what: string, body: readonly Stmt[]][] = [
  ['K1', 'a name with code in it', [k.letIn('x; evil()', k.f32(1))]],
  ['K2', 'a local over a local', [k.letIn('x', k.f32(1)), k.letIn('x', k.f32(2))]],
  ['K2', 'a local over a buffer', [k.letIn('a', k.f32(1))]],
  ['K2', 'an inner index over an outer one', [k.loop('i', 2, [k.loop('i', 2, [])])]],
  ['K3', 'a local that is not there', [k.store('y', k.i32(0), k.local('f32', 'x'))]],
  [
    'K3',
    'a local after its scope',
    [k.loop('i', 2, [k.letIn('x', k.f32(1))]), k.store('y', k.i32(0), k.local('f32', 'x'))],
  ],
  ['K3', 'a local of another type', [k.letIn('x', k.i32(1)), k.store('y', k.i32(0), k.local('f32', 'x'))]],
  [
    'K4',
    'operands of two types',
    [k.letIn('x', { kind: 'binary', type: 'f32', op: 'add', a: k.f32(1), b: k.i32(1) })],
  ],
  ['K4', 'a shift of floats', [k.letIn('x', k.binary('shl', k.f32(1), k.f32(1)))]],
  ['K4', 'a square root of integers', [k.letIn('x', k.unary('sqrt', k.i32(4)))]],
  ['K4', 'a condition that is a number', [k.when(k.i32(1), [])]],
  ['K4', 'bits of f64', [k.letIn('x', k.bitsOf(k.f64(1)))]],
  ['K5', 'an assignment to a let', [k.letIn('x', k.f32(1)), k.assign('x', k.f32(2))]],
  ['K5', 'an assignment of another type', [k.variable('x', k.f32(1)), k.assign('x', k.i32(2))]],
  ['K6', 'a load from an output', [k.letIn('x', k.load('f32', 'y', k.i32(0)))]],
  ['K6', 'a load of another type', [k.letIn('x', k.load('i32', 'a', k.i32(0)))]],
  ['K6', 'a load at a float', [k.letIn('x', element(k.f32(0)))]],
  ['K7', 'a store into an input', [k.store('a', k.i32(0), k.f32(1))]],
  ['K7', 'a store of another type', [k.store('y', k.i32(0), k.i32(1))]],
  ['K8', 'a load past the end', [k.loop('i', 9, [k.letIn('x', element(i))])]],
  ['K8', 'a load before the beginning', [k.loop('i', 4, [k.letIn('x', element(k.sub(i, k.i32(1))))])]],
  ['K8', 'a store past the end', [k.loop('i', 3, [k.store('y', k.mul(i, k.i32(4)), k.f32(1))])]],
  ['K9', 'a negative extent', [k.loop('i', -1, [])]],
  ['K9', 'an extent that is no integer', [reduce({ extent: 1.5 })]],
  ['K10', 'a store in a reduction', [reduce({ body: [k.store('y', k.i32(0), k.f32(1))] })]],
  [
    'K10',
    'an assignment in a reduction',
    [k.variable('v', k.f32(0)), reduce({ body: [k.assign('v', k.f32(1))] })],
  ],
  ['K10', 'a reduction of another type', [reduce({ type: 'i32' })]],
  ['K10', 'a disjunction of floats', [reduce({ op: 'or' })]],
  ['K11', 'a function that loads', [k.letIn('x', fn({ result: element(k.i32(0)) }))]],
  [
    'K3',
    'a function with a free local',
    [k.letIn('i', k.f32(1)), k.letIn('x', fn({ result: k.local('f32', 'i') }))],
  ],
  [
    'K11',
    'an argument of another type',
    [k.letIn('x', fn({ params: [{ name: 'p', type: 'i32' }], result: k.f32(1) }))],
  ],
  [
    'K1',
    'a function with code in a name',
    [k.letIn('x', fn({ lets: [{ name: 'q=1,z', value: k.f32(1) }] }))],
  ],
  ['K12', 'an f32 that is none', [k.letIn('x', { kind: 'const', type: 'f32', value: 0.1 })]],
  ['K12', 'an i32 beyond int32', [k.letIn('x', { kind: 'const', type: 'i32', value: 2 ** 31 })]],
  ['K12', 'an i32 of -0', [k.letIn('x', { kind: 'const', type: 'i32', value: -0 })]],
  ['K12', 'a bool of 2', [k.letIn('x', { kind: 'const', type: 'bool', value: 2 })]],
];

describe('broken kernels are refused', () => {
  test.each(broken)('%s: %s', (rule, _, body) => {
    expect(() => verify(body)).toThrow(VerifyError);
    expect(() => verify(body)).toThrow(new RegExp(`^kernel @k breaks ${rule}: `));
  });

  test.each<[string, string, { name?: string; buffers?: readonly Buffer[] }]>([
    ['K1', 'a kernel name with code in it', { name: 'k(){}' }],
    ['K1', 'a buffer without a name', { buffers: [{ name: '', type: 'f32', size: 1, role: 'in' }] }],
    ['K2', 'two buffers of one name', { buffers: [buffers[0]!, buffers[0]!] }],
    ['K9', 'a size that is no integer', { buffers: [{ name: 'a', type: 'f32', size: NaN, role: 'in' }] }],
    ['K9', 'an f64 input', { buffers: [{ name: 'a', type: 'f64', size: 1, role: 'in' }] }],
    ['K9', 'scratch in front', { buffers: [buffers[2]!, buffers[0]!] }],
  ])('%s: %s', (rule, _, over) => {
    expect(() => verify([], over)).toThrow(new RegExp(`breaks ${rule}: `));
  });

  test('the error shows the statement', () => {
    expect(() => verify([k.loop('i', 9, [k.store('y', i, k.f32(1))])])).toThrow(
      'kernel @k breaks K8: the index i of y runs from 0 to 8, but it has 8 elements:\ny[i] = 1.0',
    );
  });
});

describe('sound kernels pass', () => {
  test.each<[string, readonly Stmt[]]>([
    [
      'siblings may share names',
      [k.loop('i', 8, [k.letIn('x', element(i))]), k.loop('i', 4, [k.letIn('x', i)])],
    ],
    [
      'a guarded index may seem out of bounds',
      [k.loop('i', 9, [k.letIn('x', k.select(k.compare('lt', i, k.i32(8)), element(i), k.f32(0)))])],
    ],
    [
      'so may one after an assertion',
      [k.loop('i', 9, [k.assert(k.compare('lt', i, k.i32(8)), 'too far', i), k.store('y', i, k.f32(1))])],
    ],
    ['an index in a loop that never runs', [k.loop('i', 0, [k.store('y', k.i32(99), k.f32(1))])]],
    [
      'scratch is read and written',
      [k.store('panel', k.i32(0), k.f64(0.1)), k.letIn('x', k.load('f64', 'panel', k.i32(0)))],
    ],
    [
      'a reduction with lets, assertions and a reduction inside',
      [
        reduce({
          body: [
            k.letIn('t', element(k.index('r'))),
            k.assert(k.compare('gt', k.local('f32', 't'), k.f32(0)), 'positive', k.i32(0)),
            { ...reduce({ name: 'inner', index: 'q' }), value: k.local('f32', 't') } as Stmt,
          ],
          value: k.local('f32', 'inner'),
        }),
      ],
    ],
  ])('%s', (_, body) => {
    verify(body);
  });
});
