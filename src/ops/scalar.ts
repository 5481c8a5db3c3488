// The scalar type of the kernel language that holds a tensor's elements.
import type { DType } from '../ir/types.ts';
import type { Buffer } from '../loop/kernel.ts';

export function scalarType(dtype: DType): Buffer['type'] {
  switch (dtype) {
    case 'float32':
      return 'f32';
    case 'int32':
      return 'i32';
    case 'bool':
      return 'bool';
  }
}
