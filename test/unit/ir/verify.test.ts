// Every numbered rule, broken once.
import { describe, expect, it } from 'vitest';
import { type Func, type Instr, instr, param, type Value } from '../../../src/ir/func.ts';
import type { TensorType } from '../../../src/ir/types.ts';
import { type Rule, rules, verify } from '../../../src/ir/verify.ts';
import { add } from '../../../src/ops/binary.ts';
import { broadcast } from '../../../src/ops/broadcast.ts';
import { fusion } from '../../../src/ops/fusion.ts';
import { neg } from '../../../src/ops/unary.ts';
import { VerifyError } from '../../../src/util/errors.ts';

const f2: TensorType = { dtype: 'float32', shape: [2] };
const func = (params: readonly Value[], body: readonly Instr[], results: readonly Value[]): Func => ({
  name: 'f',
  params,
  body,
  results,
});

const x = param(f2);
const negated = instr(neg.def, [x], {});
const twice = instr(add.def, [negated.results[0]!, x], {});

// What the parser and the builder cannot make is put together by hand.
const broken: Readonly<Record<Rule, readonly (readonly [Func, string])[]>> = {
  V1: [
    [
      func([x], [twice, negated], [twice.results[0]!]),
      'operand 0 of instruction 0 (add) is not defined before it',
    ],
    [func([], [negated], [negated.results[0]!]), 'operand 0 of instruction 0 (neg) is not defined before it'],
  ],
  V2: [
    [func([x, x], [], [x]), 'a parameter appears twice'],
    [func([negated.results[0]!], [], []), 'a parameter is also the result of an instruction'],
    [func([x], [negated, negated], []), 'a result of instruction 1 (neg) is defined twice'],
    [func([x], [{ ...negated }], []), 'a result of instruction 0 (neg) is tied to another instruction'],
  ],
  V3: [
    [
      (() => {
        const results: Value[] = [];
        const wrong: Instr = { op: neg.def, args: [x], attrs: {}, regions: [], results };
        results.push({ type: { dtype: 'int32', shape: [2] }, def: wrong });
        return func([x], [wrong], results);
      })(),
      'instruction 0 (neg) has results (i32[2]), its shape rule gives (f32[2])',
    ],
  ],
  V4: [
    [
      func([x], [{ ...negated, attrs: { scale: 2 } }], []),
      'instruction 0 (neg): there is no attribute scale',
    ],
    [
      func([x], [{ ...instr(broadcast.def, [x], { shape: [2], axes: [0] }), attrs: { shape: [2] } }], []),
      'instruction 0 (broadcast): attribute axes is missing',
    ],
    [
      func(
        [x],
        [instr(broadcast.def, [x], { shape: [2], axes: [0] })].map((i) => ({
          ...i,
          attrs: { shape: [2.5], axes: [0] },
        })),
        [],
      ),
      'instruction 0 (broadcast): attribute shape must be ints, got 2.5',
    ],
  ],
  V5: [
    [
      (() => {
        const inner = param(f2);
        const region: Func = {
          name: '',
          params: [inner],
          body: [instr(add.def, [inner, x], {})],
          results: [inner],
        };
        return func([x], [instr(fusion.def, [x], { kind: 'map' }, [region])], []);
      })(),
      'instruction 0 (fusion), in its region: operand 1 of instruction 0 (add) belongs to a surrounding function',
    ],
    [
      (() => {
        const inner = param(f2);
        const region: Func = { name: '', params: [inner], body: [], results: [x] };
        return func([x], [instr(fusion.def, [x], { kind: 'map' }, [region])], []);
      })(),
      'instruction 0 (fusion), in its region: result 0 is not a value of the function',
    ],
  ],
  V6: [
    [
      (() => {
        const y = param({ dtype: 'float32', shape: [3] });
        return func([x, y], [{ ...instr(add.def, [x, x], {}), args: [x, y] }], []);
      })(),
      'instruction 0 (add): add: operands must have one shape, got [2] and [3]',
    ],
  ],
  V7: [[func([x], [], [negated.results[0]!]), 'result 0 is not a value of the function']],
};

describe('verify', () => {
  for (const [rule, cases] of Object.entries(broken)) {
    for (const [bad, what] of cases) {
      it(`${rule}: ${what}`, () => {
        expect(() => verify(bad)).toThrow(VerifyError);
        expect(() => verify(bad)).toThrow(`${rule} broken in @f: ${what}\n  rule: ${rules[rule as Rule]}\n`);
      });
    }
  }

  it('accepts what the builder makes', () => {
    verify(func([x], [negated, twice], [twice.results[0]!, x]));
  });
});
