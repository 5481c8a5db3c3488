// A tensor whose buffer a call took.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DonationError, tensor, variable } from '../../../src/index.ts';
import { type Donation, takeStorage } from '../../../src/tensor/donation.ts';
import { messageOf } from '../../errors/message.ts';

describe('a donated tensor', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const view = x.transpose();
  const copy = x.add(0);
  const held = variable(x);
  const by = (to: string): Donation => ({ to, number: 1, stack: new Error(), stackOf: 'this call' });
  const taken = takeStorage(x.requireView(), by('step'));

  it('refuses every use, and names the call and its line', () => {
    expect(() => x.add(1)).toThrow(DonationError);
    expect(messageOf(() => x.item())).toBe(
      'DonationError: a tensor f32[2,2] was used after its buffer was donated to step at test/unit/tensor/donation.test.ts. ' +
        'Use the result of that call instead, or leave the argument out of `donate`',
    );
    expect(() => x.data()).toThrow(/donated to step at \S*donation\.test\.ts:\d+:\d+\./);
  });
  it('takes its views and variables that share the storage with it', () => {
    expect(() => view.toArray()).toThrow(DonationError);
    expect(() => held.takeForUpdate()).toThrow(DonationError);
    expect(() => String(x)).toThrow(DonationError);
  });
  it('leaves copies alone', () => {
    expect(copy.sum().item()).toBe(10);
  });
  it('still prints, as what it is', () => {
    expect(inspect(x)).toBe('Tensor f32[2,2] (donated)');
  });
  it('hands out its memory under a new name', () => {
    expect([...taken]).toEqual([1, 2, 3, 4]);
    expect(() => takeStorage(x.requireView(), by('again'))).toThrow(DonationError);
  });
});
