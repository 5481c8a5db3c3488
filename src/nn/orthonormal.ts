// Orthonormal columns of a matrix, by the modified process of Gram and Schmidt in float64, done twice for accuracy.

/** Columns that span what the columns of the row-major `a` (rows >= columns, of full rank) span, row-major. */
export function orthonormalColumns(a: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const q = Float64Array.from(a);
  const dot = (j: number, k: number): number => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += q[i * columns + j]! * q[i * columns + k]!;
    return sum;
  };
  for (let j = 0; j < columns; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        const along = dot(j, k);
        for (let i = 0; i < rows; i++) q[i * columns + j] = q[i * columns + j]! - along * q[i * columns + k]!;
      }
    }
    const length = Math.sqrt(dot(j, j));
    for (let i = 0; i < rows; i++) q[i * columns + j] = q[i * columns + j]! / length;
  }
  return q;
}
