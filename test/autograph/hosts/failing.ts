// A converted function that throws in line 17; see hosts.test.ts.
interface Options {
  readonly limit: number;
}

interface Never {
  readonly used: Options;
}

export function fail(x: number, { limit }: Options): number {
  'use jit';
  let n = 0;
  while (x < limit) {
    x = x * 2;
    n++;
    if (n === 3) {
      throw new RangeError('three rounds');
    }
  }
  return n;
}

try {
  fail(1, { limit: 100 } satisfies Never['used']);
} catch (error) {
  console.log((error as Error).stack);
}
