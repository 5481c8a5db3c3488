// Samples of window and conv: strides, dilation, groups, one to three spatial axes, windows as large as the tensor.
import type { NdView } from '../../../src/array/nd.ts';
import type { ConvAttrs } from '../../../src/ops/conv.ts';
import type { WindowAttrs } from '../../../src/ops/window-shapes.ts';
import {
  f32,
  floats,
  i32,
  ints,
  layouts,
  repeated,
  type Sample,
  type SampleTable,
  specialFloats,
  specialInts,
} from './sample.ts';

const windowSample = (about: string, x: NdView, attrs: WindowAttrs): Sample => ({ about, args: [x], attrs });
const smooth = (sample: Sample): Sample => ({ ...sample, smooth: true });
const slide: WindowAttrs = { sizes: [3], strides: [1], dilation: [1] };

const plain: Omit<ConvAttrs, 'lo' | 'hi'> = { strides: [1, 1], dilation: [1, 1], groups: 1 };
const convSample = (about: string, x: NdView, w: NdView, attrs: Partial<ConvAttrs> = {}): Sample => ({
  about,
  args: [x, w],
  attrs: {
    ...plain,
    lo: x.shape.slice(1, -1).map(() => 0),
    hi: x.shape.slice(1, -1).map(() => 0),
    ...attrs,
  },
});
const image = floats([2, 5, 4, 3], 61);
const kernel = floats([3, 2, 3, 4], 62);

export const windows: SampleTable = {
  window: [
    smooth(windowSample('one axis', floats([2, 5, 2], 63), slide)),
    smooth(windowSample('apart', floats([2, 7, 2], 64), { sizes: [2], strides: [2], dilation: [1] })),
    smooth(
      windowSample('strides and dilation', floats([1, 9], 65), { sizes: [3], strides: [2], dilation: [3] }),
    ),
    smooth(
      windowSample('two axes and two more behind', floats([2, 4, 5, 2, 1], 66), {
        sizes: [2, 3],
        strides: [1, 2],
        dilation: [2, 1],
      }),
    ),
    smooth(windowSample('as large as the tensor', floats([2, 3, 2], 67), { ...slide, strides: [3] })),
    windowSample('of single elements', floats([2, 3, 2], 68), { ...slide, sizes: [1] }),
    windowSample('special values', f32([2, 5, 3], specialFloats), slide),
    windowSample('int32', ints([2, 5, 2], 69), slide),
    windowSample('an empty batch', f32([0, 5, 2], [0]), slide),
    ...layouts(floats([2, 5, 2], 70)).map(({ layout, x }) => windowSample(layout, x, slide)),
  ],
  conv: [
    smooth(convSample('two axes', image, kernel)),
    smooth(
      convSample('strides that leave a rest', floats([1, 6, 5, 2], 71), floats([3, 2, 2, 2], 72), {
        strides: [2, 3],
      }),
    ),
    smooth(convSample('dilation', floats([1, 6, 5, 2], 73), floats([2, 3, 2, 2], 74), { dilation: [3, 2] })),
    smooth(
      convSample('strides and dilation', floats([1, 8, 7, 1], 75), floats([2, 2, 1, 2], 76), {
        strides: [3, 2],
        dilation: [2, 3],
      }),
    ),
    smooth(convSample('groups', floats([2, 3, 3, 4], 77), floats([2, 2, 2, 6], 78), { groups: 2 })),
    smooth(
      convSample('every channel by itself', floats([1, 3, 3, 3], 79), floats([2, 2, 1, 3], 80), {
        groups: 3,
      }),
    ),
    smooth(convSample('windows of one', floats([2, 2, 3, 3], 81), floats([1, 1, 3, 2], 82))),
    smooth(convSample('a window as large as the image', floats([2, 3, 2, 2], 83), floats([3, 2, 2, 2], 84))),
    smooth(
      convSample('one axis', floats([2, 6, 2], 85), floats([3, 2, 3], 86), { strides: [2], dilation: [1] }),
    ),
    smooth(
      convSample('three axes', floats([1, 3, 3, 3, 1], 87), floats([2, 2, 2, 1, 2], 88), {
        strides: [1, 1, 1],
        dilation: [1, 1, 1],
      }),
    ),
    smooth(
      convSample('padding', floats([2, 3, 4, 2], 91), floats([3, 2, 2, 2], 92), { lo: [1, 0], hi: [1, 1] }),
    ),
    smooth(
      convSample('padding wider than the window', floats([1, 2, 3, 1], 93), floats([2, 2, 1, 2], 94), {
        lo: [3, 2],
        hi: [2, 4],
      }),
    ),
    smooth(
      convSample(
        'padding, strides and dilation that leave a rest',
        floats([1, 5, 6, 2], 95),
        floats([2, 3, 1, 4], 96),
        {
          lo: [2, 1],
          hi: [1, 3],
          strides: [2, 3],
          dilation: [3, 2],
          groups: 2,
        },
      ),
    ),
    smooth(
      convSample(
        'a last window in the padding before x',
        floats([1, 1, 1, 1], 97),
        floats([1, 1, 1, 1], 98),
        {
          lo: [4, 3],
          hi: [0, 0],
          strides: [9, 9],
        },
      ),
    ),
    convSample('a wide one', floats([1, 9, 11, 5], 89), floats([3, 3, 5, 9], 90)),
    convSample('special values', f32([1, 5, 5, 2], specialFloats), f32([2, 2, 2, 3], specialFloats)),
    convSample('int32 that wraps', i32([1, 4, 4, 2], specialInts), i32([2, 2, 2, 2], specialInts)),
    convSample('zero strides', repeated('float32', [1, 4, 4, 2], 2), repeated('float32', [2, 2, 2, 3], 3)),
    convSample('an empty batch', f32([0, 5, 4, 3], [0]), kernel),
    convSample('no features', image, f32([3, 2, 3, 0], [0])),
    convSample('no channels', f32([1, 4, 4, 0], [0]), f32([2, 2, 0, 3], [0])),
    ...layouts(image).map(({ layout, x }) => convSample(layout, x, kernel)),
    ...layouts(kernel).map(({ layout, x }) => convSample(`kernel: ${layout}`, image, x)),
  ],
};
