// Copies that happen at once, one after the other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, type Move } from '../../../src/lower/copies.ts';

describe('copies in order', () => {
  it('have the effect of all at once', () => {
    const places = 6;
    const moves = fc
      .array(fc.nat(places - 1), { minLength: places, maxLength: places })
      .map((from) => from.map((f, to): Move<number> => ({ from: f, to })));
    fc.assert(
      fc.property(moves, (all) => {
        let next = places;
        const memory = Array.from({ length: 2 * places }, (_, i) => i);
        for (const { from, to } of inOrder(all, () => next++)) memory[to] = memory[from]!;
        expect(memory.slice(0, places)).toEqual(all.map((m) => m.from));
      }),
    );
  });

  it('copy nothing aside that need not be', () => {
    const chain = [
      { from: 'b', to: 'a' },
      { from: 'c', to: 'b' },
      { from: 'd', to: 'd' },
    ];
    const aside = (): string => {
      throw new Error('nothing is in the way');
    };
    expect(inOrder(chain, aside)).toEqual(chain.slice(0, 2));
  });

  it('break each circle once', () => {
    const asides: string[] = [];
    const ring = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
    ];
    const done = inOrder(ring, (like) => {
      asides.push(like);
      return `${like}'`;
    });
    expect(asides).toHaveLength(1);
    expect(done).toHaveLength(4);
  });
});
