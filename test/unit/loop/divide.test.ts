// Which loops may be shared out between threads, and which must not.
import { describe, expect, test } from 'vitest';
import { divisionOf, rangeOf } from '../../../src/loop/divide.ts';
import type { Buffer, Kernel, Stmt } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';

const buffer = (name: string, role: Buffer['role'], size = 4096): Buffer => ({
  name,
  type: 'f32',
  size,
  role,
});
const buffers = [buffer('a', 'in'), buffer('y', 'out'), buffer('s', 'scratch', 8)];

function kernel(body: readonly Stmt[], others: readonly Buffer[] = buffers): Kernel {
  return { name: 'kernel', buffers: others, body, divisible: true };
}

const i = k.index('i');
const j = k.index('j');
const times = (e: ReturnType<typeof k.index>, n: number) => k.mul(e, k.i32(n));
const a = (at: ReturnType<typeof k.index>) => k.load('f32', 'a', at);

/** What is shared out: the names of the loops, the steps of the shortest, and whether threads repeat work. */
function shared(of: Kernel, threads = 2): unknown {
  const division = divisionOf(of, threads);
  if (division === null) return null;
  const names = (stmts: ReadonlySet<Stmt>): string =>
    [...stmts].map((s) => (s.kind === 'for' ? s.index : s.kind)).join();
  const once = division.once.size === 0 ? [] : [`once ${names(division.once)}`];
  return [names(division.loops), division.extent, division.repeats, ...once];
}

describe('parts write runs, one after the other,', () => {
  const inOrder = (body: readonly Stmt[], others = buffers): string | undefined =>
    divisionOf(kernel(body, others), 2)?.inOrder?.index;

  test('where the loop is the first digit of every index', () => {
    expect(inOrder([k.lanedLoop('i', 4096, [k.store('y', i, a(i))])])).toBe('i');
    const at = k.add(times(i, 64), j);
    expect(inOrder([k.loop('i', 64, [k.loop('j', 64, [k.store('y', at, a(at))])])])).toBe('i');
    const apart = [k.store('y', times(i, 2), k.f32(1)), k.store('y', k.add(times(i, 2), k.i32(1)), k.f32(2))];
    expect(inOrder([k.loop('i', 2048, apart)])).toBe('i');
    // A sum per row besides.
    const rows = [k.loop('j', 64, [k.store('y', at, a(at))]), k.store('z', i, k.f32(1))];
    expect(inOrder([k.loop('i', 64, rows)], [...buffers, buffer('z', 'out', 64)])).toBe('i');
  });

  test('not where they write columns, part of the elements, or into the run of another', () => {
    const column = k.add(times(j, 64), i);
    expect(inOrder([k.loop('i', 64, [k.loop('j', 64, [k.store('y', column, a(column))])])])).toBeUndefined();
    expect(inOrder([k.lanedLoop('i', 2048, [k.store('y', i, a(i))])])).toBeUndefined();
    const next = k.add(i, k.i32(1));
    expect(inOrder([k.lanedLoop('i', 4095, [k.store('y', next, a(i))])])).toBeUndefined();
    const wide = k.add(times(i, 64), k.add(j, k.i32(1)));
    expect(inOrder([k.loop('i', 64, [k.loop('j', 64, [k.store('y', wide, a(i))])])])).toBeUndefined();
  });

  test('of which each part has its share', () => {
    const { inOrder: loop } = divisionOf(
      kernel([k.lanedLoop('i', 100, [k.store('y', i, a(i))])], [buffer('a', 'in'), buffer('y', 'out', 100)]),
      2,
    )!;
    const ranges = [0, 1, 2].map((part) => rangeOf(loop!, part, 3, 100));
    // In steps of 16.
    expect(ranges).toEqual([
      [0, 32],
      [32, 64],
      [64, 100],
    ]);
  });
});

describe('shared out are', () => {
  test('loops over elements, in steps of whole cache lines where they have lanes', () => {
    expect(shared(kernel([k.loop('i', 100, [k.store('y', i, a(i))])]))).toEqual(['i', 100, false]);
    expect(shared(kernel([k.lanedLoop('i', 100, [k.store('y', i, a(i))])]))).toEqual(['i', 7, false]);
    expect(shared(kernel([k.lanedLoop('i', 16, [k.store('y', i, a(i))])]))).toBeNull();
  });

  test('tiles of columns, whose elements lie between those of others', () => {
    const at = k.add(k.add(times(i, 64), times(j, 8)), k.index('c'));
    const tile = k.loop('i', 16, [k.loop('c', 8, [k.store('y', at, k.f32(1))])]);
    expect(shared(kernel([k.loop('j', 8, [tile])]))).toEqual(['j', 8, false]);
  });

  test('inner loops where the outer ones are short; what is between them all threads do', () => {
    const pack = k.loop('p', 8, [k.store('s', k.index('p'), a(k.index('p')))]);
    const rows = k.loop('i', 160, [k.store('y', k.add(times(j, 160), i), k.load('f32', 's', k.i32(0)))]);
    expect(shared(kernel([k.loop('j', 3, [pack, rows])]))).toEqual(['i', 160, true]);
    expect(shared(kernel([k.loop('j', 3, [pack, rows])]), 3)).toEqual(['j', 3, false]);
    expect(shared(kernel([k.loop('j', 12, [pack, rows])]))).toEqual(['j', 12, false]);
  });

  test('not loops beside which there is much that all threads would do', () => {
    const pack = k.loop('p', 8, [k.loop('q', 100, [k.store('s', k.index('p'), a(k.index('q')))])]);
    const rows = k.loop('i', 100, [k.store('y', i, k.load('f32', 's', k.i32(0)))]);
    expect(shared(kernel([pack, rows]))).toBeNull();
  });

  test('all loops of a group, through names of indices', () => {
    const offset = k.local('i32', 'offset');
    const first = k.loop('i', 10, [
      { kind: 'let', name: 'offset', value: times(i, 4) },
      k.loop('j', 4, [k.store('y', k.add(offset, j), k.f32(1))]),
    ]);
    const second = k.loop('i', 20, [k.store('z', i, k.f32(2))]);
    expect(shared(kernel([first, second], [...buffers, buffer('z', 'out')]))).toEqual(['i,i', 10, false]);
  });
});

describe('done once, by the first part, are', () => {
  const rows = k.loop('i', 100, [k.store('y', i, a(i))]);

  test('elements outside of loops, and loops too short to share', () => {
    expect(shared(kernel([k.store('y', k.i32(100), k.f32(1)), rows]))).toEqual([
      'i',
      100,
      false,
      'once store',
    ]);
    const edge = k.lanedLoop('e', 4, [k.store('y', k.add(k.index('e'), k.i32(100)), k.f32(1))]);
    expect(shared(kernel([rows, edge]))).toEqual(['i', 100, false, 'once e']);
  });

  test('not where that is most of the work', () => {
    const long = k.loop('e', 300, [k.store('y', k.i32(100), a(k.index('e')))]);
    expect(shared(kernel([rows, long]))).toBeNull();
  });
});

describe('left alone are', () => {
  const row = k.loop('i', 100, [k.store('y', i, a(i))]);

  test('kernels of which nothing is promised', () => {
    const { divisible: _, ...rest } = kernel([row]);
    expect(divisionOf(rest, 2)).toBeNull();
  });

  test('iterations that write one element, or who knows which', () => {
    expect(shared(kernel([k.loop('i', 100, [k.store('y', k.i32(0), a(i))])]))).toBeNull();
    const overlapping = k.loop('j', 8, [k.store('y', k.add(times(i, 4), j), k.f32(1))]);
    expect(shared(kernel([k.loop('i', 100, [overlapping])]))).toBeNull();
    const anywhere = k.convert('i32', a(i));
    expect(shared(kernel([k.loop('i', 100, [k.store('y', anywhere, k.f32(1))])]))).toBeNull();
  });

  test('iterations that leave something for the next', () => {
    const sum = k.local('f32', 'sum');
    const carried: Stmt[] = [
      { kind: 'var', name: 'sum', value: k.f32(0) },
      k.loop('i', 100, [{ kind: 'assign', name: 'sum', value: k.add(sum, a(i)) }, k.store('y', i, sum)]),
    ];
    expect(shared(kernel(carried))).toBeNull();
    const kept = k.loop('i', 100, [
      k.store('y', i, k.load('f32', 's', k.i32(0))),
      k.store('s', k.i32(0), a(i)),
    ]);
    expect(shared(kernel([kept]))).toBeNull();
  });

  const assertion = (message: string): Stmt => ({
    kind: 'assert',
    cond: k.compare('gt', a(i), k.f32(0)),
    message,
    got: i,
  });
  const checked = (message: string): Stmt => k.loop('i', 100, [assertion(message), k.store('y', i, a(i))]);

  test('assertions where the first part that fails would not be the first to fail', () => {
    expect(shared(kernel([checked('negative'), checked('not positive')]))).toBeNull();
    const last: Stmt = { ...assertion('at last'), cond: k.compare('gt', a(k.i32(0)), k.f32(0)) } as Stmt;
    expect(shared(kernel([checked('negative'), last]))).toBeNull();
    // One message, or one loop and nothing after it.
    expect(shared(kernel([checked('negative'), checked('negative')]))).toEqual(['i,i', 100, false]);
    expect(shared(kernel([last, checked('negative')]))).toEqual(['i', 100, true]);
  });

  test('updates that all threads would read', () => {
    const updating = [buffer('a', 'inout'), buffer('s', 'scratch', 8)];
    const copy = k.loop('p', 8, [k.store('s', k.index('p'), a(k.index('p')))]);
    const update = k.loop('i', 100, [k.store('a', i, k.load('f32', 's', k.i32(0)))]);
    expect(shared(kernel([copy, update], updating))).toBeNull();
    expect(shared(kernel([update], updating))).toEqual(['i', 100, false]);
    const own = k.loop('i', 100, [k.store('a', i, k.add(a(i), k.f32(1)))]);
    expect(shared(kernel([own, k.store('a', k.i32(100), a(k.i32(100)))], updating))).toBeNull();
  });

  test('scratch memory that a part fills and everybody reads', () => {
    const fill = k.loop('i', 100, [
      k.store('s', k.i32(0), a(i)),
      k.store('y', i, k.load('f32', 's', k.i32(0))),
    ]);
    const read = k.loop('j', 100, [k.store('z', j, k.load('f32', 's', k.i32(0)))]);
    const others = [...buffers, buffer('z', 'out')];
    expect(shared(kernel([fill, read], others))).toBeNull();
    expect(shared(kernel([fill, k.store('s', k.i32(0), k.f32(1)), read], others))).toEqual([
      'i,j',
      100,
      true,
    ]);
  });

  test('loops that would be cut differently, where one updates what the other reads', () => {
    const updating = [buffer('a', 'inout'), buffer('y', 'out')];
    const [read, write] = [k.store('y', i, a(i)), k.store('a', i, k.add(a(i), k.f32(1)))];
    expect(shared(kernel([k.loop('i', 100, [read]), k.loop('i', 100, [write])], updating))).toEqual([
      'i,i',
      100,
      false,
    ]);
    expect(shared(kernel([k.loop('i', 100, [read]), k.lanedLoop('i', 100, [write])], updating))).toBeNull();
    const overwrite = k.store('a', i, k.f32(1));
    expect(
      shared(kernel([k.loop('i', 100, [read]), k.lanedLoop('i', 100, [overwrite])], updating)),
    ).toBeNull();
    // Only the first part would overwrite what all read.
    const square = k.loop('i', 50, [k.loop('j', 50, [k.store('y', k.add(times(i, 50), j), a(i))])]);
    expect(shared(kernel([square, k.lanedLoop('i', 5, [overwrite])], updating))).toBeNull();
  });
});
