// Tensors as text, the way NumPy prints them: aligned columns, shortest digits that round-trip float32, long ones summarised.
import { flatData, type NdView } from '../array/nd.ts';
import { stridesOf } from '../ir/types.ts';
import { shortest } from '../util/float32.ts';
import type { NestedArray } from './core.ts';

const lineWidth = 75;
/** Tensors with more elements show only the first and last `edge` slices of each axis. */
const summariseAbove = 1000;
const edge = 3;

/** Nested arrays, one level per axis; bool elements as booleans. */
export function nested(view: NdView): NestedArray {
  const data = flatData(view);
  const strides = stridesOf(view.shape);
  const level = (axis: number, at: number): NestedArray => {
    const count = view.shape[axis];
    if (count === undefined) return view.dtype === 'bool' ? data[at] !== 0 : data[at]!;
    return Array.from({ length: count }, (_, i) => level(axis + 1, at + i * strides[axis]!));
  };
  return level(0, 0);
}

/** `[[1.  2.5]\n [3.  4. ]]`. A scalar is its bare element. */
export function formatTensor(view: NdView): string {
  const data = flatData(view);
  const { shape } = view;
  if (shape.length === 0) return showElement(view, data[0]!);
  const strides = stridesOf(shape);
  const summarise = data.length > summariseAbove;
  const shown = (axis: number): (number | null)[] => {
    const all = Array.from({ length: shape[axis]! }, (_, i) => i);
    return summarise && all.length > 2 * edge ? [...all.slice(0, edge), null, ...all.slice(-edge)] : all;
  };

  // The columns are as wide as the widest element that is shown.
  const visible: number[] = [];
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) visible.push(data[at]!);
    else for (const i of shown(axis)) if (i !== null) visit(axis + 1, at + i * strides[axis]!);
  };
  visit(0, 0);
  const show = columns(view, visible);

  const level = (axis: number, at: number): string => {
    const indent = ' '.repeat(axis + 1);
    if (axis === shape.length - 1) {
      const items = shown(axis).map((i) => (i === null ? '...' : show(data[at + i!]!)));
      return `[${wrap(items, indent)}]`;
    }
    const gap = '\n'.repeat(shape.length - 1 - axis);
    const parts = shown(axis).map((i) => (i === null ? '...' : level(axis + 1, at + i * strides[axis]!)));
    return `[${parts.join(gap + indent)}]`;
  };
  return level(0, 0);
}

// Items separated by blanks, with a new line before one that would pass the line width.
function wrap(items: readonly string[], indent: string): string {
  let text = '';
  let column = indent.length;
  items.forEach((item, i) => {
    if (i > 0 && column + 1 + item.length >= lineWidth) {
      text += `\n${indent}`;
      column = indent.length;
    } else if (i > 0) {
      text += ' ';
      column++;
    }
    text += item;
    column += item.length;
  });
  return text;
}

function showElement({ dtype }: NdView, x: number): string {
  if (dtype === 'bool') return x === 0 ? 'false' : 'true';
  if (dtype === 'int32') return String(x);
  return special(x) ?? (Object.is(x, -0) ? '-0' : String(shortest(x)));
}

// One function that shows any of these elements in columns of one width.
function columns(view: NdView, elements: readonly number[]): (x: number) => string {
  const show = view.dtype === 'float32' ? floatColumn(elements) : (x: number) => showElement(view, x);
  const width = longest(elements.map(show));
  return (x) => show(x).padStart(width);
}

// Points line up: fractions are filled to one length, with blanks in decimal and zeros in exponential notation.
function floatColumn(elements: readonly number[]): (x: number) => string {
  const finite = elements.filter(Number.isFinite);
  if (needsExponent(finite)) {
    const digits = Math.max(
      0,
      ...finite.map(
        (x) =>
          shortest(x)
            .toExponential()
            .replace(/e.*|[-.]/g, '').length - 1,
      ),
    );
    return (x) => special(x) ?? exponential(x, Math.min(digits, maxFraction));
  }
  const fraction = longest(finite.map((x) => fractionOf(decimal(x))));
  return (x) => {
    const text = special(x) ?? decimal(x);
    return Number.isFinite(x) ? text + ' '.repeat(fraction - fractionOf(text).length) : text;
  };
}

// NumPy's rule: very large, very small, or both side by side.
function needsExponent(finite: readonly number[]): boolean {
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  if (sizes.length === 0) return false;
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  return largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000;
}

function special(x: number): string | undefined {
  return Number.isNaN(x) ? 'nan' : x === Infinity ? 'inf' : x === -Infinity ? '-inf' : undefined;
}

const maxFraction = 8;

// `1.`, `-0.25`: at most 8 digits after the point, which is always there.
function decimal(x: number): string {
  const text = shortest(x).toFixed(maxFraction).replace(/0+$/, '');
  return Object.is(x, -0) ? `-${text}` : text;
}

function fractionOf(text: string): string {
  return text.slice(text.indexOf('.') + 1);
}

// `1.25e-05`: the exponent has at least two digits and a sign.
function exponential(x: number, digits: number): string {
  const [mantissa, exponent] = shortest(x).toExponential(digits).split('e') as [string, string];
  const point = mantissa.includes('.') ? mantissa : `${mantissa}.`;
  const sign = Object.is(x, -0) ? '-' : '';
  return `${sign}${point}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
