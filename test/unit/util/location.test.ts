// The user's line: found for every place in the code, also when a place is met again.
import { describe, expect, it } from 'vitest';
import { locationInStack, userLocation } from '../../../src/util/location.ts';

describe('the user line', () => {
  it('is that of the call, each time it is asked for', () => {
    for (let round = 0; round < 3; round++) {
      const here = userLocation()!;
      const below = locationInStack(new Error().stack!)!;
      expect(here.file).toMatch(/test\/unit\/util\/location\.test\.ts$/);
      expect(here).toEqual({ ...below, line: below.line - 1, column: here.column });
    }
  });

  it('tells two calls in one line apart', () => {
    const [a, b] = [userLocation()!, userLocation()!];
    expect(b.line).toBe(a.line);
    expect(b.column).toBeGreaterThan(a.column);
  });

  it('leaves the way stacks are written as it was', () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    userLocation();
    expect(Error.prepareStackTrace).toBe(prepareStackTrace);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(typeof new Error().stack).toBe('string');
  });
});
