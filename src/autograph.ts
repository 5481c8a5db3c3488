// The source transform. Entry point `tracejit/autograph`; loading it also lets `jit` convert at run time, with the option `scope`.
import { convertFunction } from './autograph/hosts/run-time.ts';
import { installConversion } from './trace/conversion.ts';

export { ConversionError, type Diagnostic, showDiagnostic } from './autograph/diagnostics.ts';
export type { SourceMap } from './autograph/rope.ts';
export { toCode } from './autograph/to-code.ts';
export { mayConvert, type Transformed, type TransformOptions, transform } from './autograph/transform.ts';

installConversion(convertFunction);
