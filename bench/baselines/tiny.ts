// One gradient-descent step of the tanh network 2-16-16-1 on 32 points, written out by hand with loops.

interface Layer {
  readonly w: Float32Array;
  readonly b: Float32Array;
}

/** A function that does one step, in place. Loss: mean squared error. */
export function tinyStep(
  layers: readonly Layer[],
  x: Float32Array,
  y: Float32Array,
  rate = 0.01,
): () => void {
  const n = y.length;
  const sizes = [x.length / n, ...layers.map((l) => l.b.length)];
  const outputs = layers.map((l) => new Float32Array(n * l.b.length));
  const deltas = layers.map((l) => new Float32Array(n * l.b.length));
  const last = layers.length - 1;
  return () => {
    layers.forEach(({ w, b }, l) => {
      const input = l === 0 ? x : outputs[l - 1]!;
      const [from, to] = [sizes[l]!, sizes[l + 1]!];
      for (let r = 0; r < n; r++) {
        for (let j = 0; j < to; j++) {
          let s = b[j]!;
          for (let k = 0; k < from; k++) s += input[r * from + k]! * w[k * to + j]!;
          outputs[l]![r * to + j] = l === last ? s : Math.tanh(s);
        }
      }
    });
    const out = outputs[last]!;
    for (let r = 0; r < n; r++) deltas[last]![r] = (2 * (out[r]! - y[r]!)) / n;
    for (let l = last; l >= 0; l--) {
      const { w, b } = layers[l]!;
      const input = l === 0 ? x : outputs[l - 1]!;
      const [from, to] = [sizes[l]!, sizes[l + 1]!];
      const delta = deltas[l]!;
      if (l > 0) {
        const before = deltas[l - 1]!;
        for (let r = 0; r < n; r++) {
          for (let k = 0; k < from; k++) {
            let s = 0;
            for (let j = 0; j < to; j++) s += delta[r * to + j]! * w[k * to + j]!;
            const h = input[r * from + k]!;
            before[r * from + k] = s * (1 - h * h);
          }
        }
      }
      for (let j = 0; j < to; j++) {
        let g = 0;
        for (let r = 0; r < n; r++) g += delta[r * to + j]!;
        b[j]! -= rate * g;
      }
      for (let k = 0; k < from; k++) {
        for (let j = 0; j < to; j++) {
          let g = 0;
          for (let r = 0; r < n; r++) g += input[r * from + k]! * delta[r * to + j]!;
          w[k * to + j]! -= rate * g;
        }
      }
    }
  };
}
