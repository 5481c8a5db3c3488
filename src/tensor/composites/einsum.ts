// einsum: sums of products written as labelled axes, taken apart into diagonals, sums and contractions.
import { showShape } from '../../ir/types.ts';
import { liftNumeric, type TensorLike } from '../../ops/coerce.ts';
import { dotGeneral } from '../../ops/dot.ts';
import { overridable } from '../../ops/override.ts';
import { ArgumentError, ShapeError } from '../../util/errors.ts';
import { range } from '../../util/seq.ts';
import type { Tensor } from '../tensor.ts';

/** A tensor and the label of each of its axes. Ellipsis axes are labelled `…1 …2` from the last one backwards, so that they line up like broadcasting. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/**
 * Einstein's summation: axes with one label are one index; labels that the output lacks are summed over. Without `->` the output is
 * all labels that occur once, in alphabetical order. A label twice in one operand is its diagonal; `...` stands for axes that broadcast.
 * Operands are contracted from left to right.
 *
 * Throws an ArgumentError for an equation that cannot be read or does not fit the number of operands, a ShapeError for sizes that differ.
 *
 *     einsum('ij,jk->ik', a, b)       // matrix product
 *     einsum('bij,bj->bi', a, v)      // a batch of matrices times a batch of vectors
 *     einsum('ii', a)                 // trace
 *     einsum('...i->...', a)          // sums over the last axis
 */
export const einsum: (equation: string, ...operands: readonly TensorLike[]) => Tensor = overridable(
  'einsum',
  (equation, ...operands) => {
    if (typeof equation !== 'string')
      throw new ArgumentError(`einsum: the first argument is the equation, such as 'ij,jk->ik'`);
    const where = `einsum '${equation}'`;
    const { inputs, output } = parse(equation, operands.length, where);
    const labelled = operands.map((x, i) =>
      label(liftNumeric(x, where), inputs[i]!, `${where}, operand ${i}`),
    );
    const sizes = sizesOf(labelled, where);
    const wanted = output === undefined ? implicitOutput(labelled) : explicitOutput(output, sizes, where);
    return contractAll(
      labelled.map((x) => takeDiagonals(dropBroadcast(x, sizes))),
      wanted,
      sizes,
    );
  },
);

const ellipsis = '...';

function parse(equation: string, count: number, where: string) {
  const [left, output, ...more] = equation.replaceAll(' ', '').split('->') as [string, ...string[]];
  if (more.length > 0) throw new ArgumentError(`${where}: '->' occurs more than once`);
  const inputs = left.split(',').map((term) => terms(term, where));
  if (inputs.length !== count)
    throw new ArgumentError(`${where}: the equation has ${inputs.length} operands, got ${count}`);
  return { inputs, output: output === undefined ? undefined : terms(output, where) };
}

// 'a...b' as ['a', '...', 'b'].
function terms(term: string, where: string): string[] {
  const list = term.match(/\.\.\.|./g) ?? [];
  const wrong = list.find((t) => t !== ellipsis && !/^[A-Za-z]$/.test(t));
  if (wrong !== undefined)
    throw new ArgumentError(
      `${where}: '${wrong}' is no label; labels are letters, with ',' '->' and '...' between`,
    );
  if (list.filter((t) => t === ellipsis).length > 1)
    throw new ArgumentError(`${where}: '...' occurs twice in '${term}'`);
  return list;
}

function label(tensor: Tensor, list: readonly string[], where: string): Labelled {
  const named = list.filter((t) => t !== ellipsis).length;
  const open = list.includes(ellipsis);
  const rest = tensor.ndim - named;
  if (rest < 0 || (rest > 0 && !open))
    throw new ShapeError(
      `${where}: '${list.join('')}' labels ${named} axes, but the shape is ${showShape(tensor.shape)}`,
    );
  const labels = list.flatMap((t) => (t === ellipsis ? range(rest).map((i) => `…${rest - i}`) : [t]));
  return { tensor, labels };
}

function isEllipsis(name: string): boolean {
  return name.startsWith('…');
}

// The size of every label. Ellipsis axes broadcast; all others must agree.
function sizesOf(operands: readonly Labelled[], where: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach(({ tensor, labels }, i) => {
    labels.forEach((name, axis) => {
      const size = tensor.shape[axis]!;
      const known = sizes.get(name) ?? size;
      if (known !== size && !(isEllipsis(name) && (known === 1 || size === 1)))
        throw new ShapeError(
          isEllipsis(name)
            ? `${where}: axes of '...' have sizes ${known} and ${size}, which do not broadcast (operand ${i})`
            : `${where}: label '${name}' has size ${known} and, in operand ${i}, size ${size}`,
        );
      sizes.set(name, known === 1 && isEllipsis(name) ? size : known);
    });
  });
  return sizes;
}

function ellipsisLabels(names: Iterable<string>): string[] {
  return [...new Set(names)].filter(isEllipsis).sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
}

function implicitOutput(operands: readonly Labelled[]): string[] {
  const all = operands.flatMap((x) => x.labels);
  const once = all.filter((name) => !isEllipsis(name) && all.indexOf(name) === all.lastIndexOf(name));
  return [...ellipsisLabels(all), ...once.sort()];
}

function explicitOutput(
  list: readonly string[],
  sizes: ReadonlyMap<string, number>,
  where: string,
): string[] {
  const broadcast = ellipsisLabels(sizes.keys());
  if (broadcast.length > 0 && !list.includes(ellipsis))
    throw new ArgumentError(`${where}: the operands have '...' axes, so the output must say where they go`);
  list.forEach((name, i) => {
    if (name !== ellipsis && !sizes.has(name))
      throw new ArgumentError(`${where}: output label '${name}' is in no operand`);
    if (list.indexOf(name) !== i)
      throw new ArgumentError(`${where}: label '${name}' occurs twice in the output`);
  });
  return list.flatMap((name) => (name === ellipsis ? broadcast : [name]));
}

// An ellipsis axis of size 1 that broadcasts is left out: the others have it.
function dropBroadcast(x: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const keep = range(x.labels.length).filter((axis) => x.tensor.shape[axis] === sizes.get(x.labels[axis]!));
  if (keep.length === x.labels.length) return x;
  return {
    tensor: x.tensor.reshape(keep.map((axis) => x.tensor.shape[axis]!)),
    labels: keep.map((axis) => x.labels[axis]!),
  };
}

// Two axes of n with one label: as one axis of n², every (n+1)th element of which is on the diagonal.
function takeDiagonals(x: Labelled): Labelled {
  const second = x.labels.findIndex((name, axis) => x.labels.indexOf(name) < axis);
  if (second < 0) return x;
  const name = x.labels[second]!;
  const first = x.labels.indexOf(name);
  const others = range(x.labels.length).filter((axis) => axis !== first && axis !== second);
  const shape = others.map((axis) => x.tensor.shape[axis]!);
  const n = x.tensor.shape[first]!;
  const flat = x.tensor.transpose([...others, first, second]).reshape([...shape, n * n]);
  return takeDiagonals({
    tensor: flat.slice(...shape.map(() => null), [0, n * n, n + 1]),
    labels: [...others.map((axis) => x.labels[axis]!), name],
  });
}

function contractAll(
  operands: readonly Labelled[],
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Tensor {
  // What nothing else mentions is summed first: the smaller the operands of a contraction, the better.
  let [result, ...rest] = operands.map((x, i) =>
    sumAway(x, [...output, ...operands.flatMap((other, j) => (j === i ? [] : other.labels))]),
  ) as [Labelled, ...Labelled[]];
  while (rest.length > 0) {
    const [next, ...later] = rest as [Labelled, ...Labelled[]];
    const needed = [...output, ...later.flatMap((x) => x.labels)];
    result = contractPair(result, next, needed, sizes);
    rest = later;
  }
  return arrange(result, output);
}

function sumAway(x: Labelled, needed: readonly string[]): Labelled {
  const gone = range(x.labels.length).filter((axis) => !needed.includes(x.labels[axis]!));
  if (gone.length === 0) return x;
  return { tensor: x.tensor.sum(gone), labels: x.labels.filter((name) => needed.includes(name)) };
}

function contractPair(
  a: Labelled,
  b: Labelled,
  needed: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Labelled {
  const shared = a.labels.filter((name) => b.labels.includes(name));
  const batch = shared.filter((name) => needed.includes(name));
  const contracted = shared.filter((name) => !needed.includes(name));
  const labels = [
    ...batch,
    ...a.labels.filter((name) => !shared.includes(name)),
    ...b.labels.filter((name) => !shared.includes(name)),
  ];
  if (contracted.length === 0) {
    return { tensor: spread(a, labels, sizes).mul(spread(b, labels, sizes)), labels };
  }
  const axesOf = (x: Labelled, names: readonly string[]) => names.map((name) => x.labels.indexOf(name));
  const tensor = dotGeneral(a.tensor, b.tensor, {
    leftBatch: axesOf(a, batch),
    rightBatch: axesOf(b, batch),
    leftContract: axesOf(a, contracted),
    rightContract: axesOf(b, contracted),
  });
  return { tensor, labels };
}

// With an axis for every label, of size 1 where x lacks it.
function spread(x: Labelled, labels: readonly string[], sizes: ReadonlyMap<string, number>): Tensor {
  const own = labels.filter((name) => x.labels.includes(name));
  return arrange(x, own).reshape(labels.map((name) => (own.includes(name) ? sizes.get(name)! : 1)));
}

function arrange({ tensor, labels }: Labelled, order: readonly string[]): Tensor {
  const perm = order.map((name) => labels.indexOf(name));
  return perm.every((from, to) => from === to) ? tensor : tensor.transpose(perm);
}
