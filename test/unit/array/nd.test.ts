// Storage: what cannot be had is an error with the size in it.
import { ArgumentError, zeros } from 'tracejit';
import { expect, it } from 'vitest';
import { allocate } from '../../../src/array/nd.ts';

it('more memory than there is', () => {
  expect(() => allocate('float32', 1e12)).toThrow(ArgumentError);
  expect(() => zeros([1e6, 1e6]).add(1)).toThrow(
    'there is no memory for a tensor of 1000000000000 float32 elements (4000000 MB); compute it in parts',
  );
});
