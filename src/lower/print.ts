// Programs as text: where every tensor lives, what runs in which order, and the kernels.
import { showType } from '../ir/types.ts';
import { printKernel } from '../loop/print.ts';
import { unreachable } from '../util/errors.ts';
import { kernelsOf, type Place, type Program, type Step } from './program.ts';

/**
 * The text of a program:
 *
 *     program @f(s0, s1) -> (s3), arena 256 bytes {
 *       s0: f32[64] = input 0
 *       s2: f32[64] = arena 0
 *
 *       run k0_exp(a0 = s0, y0 = s2)
 *     }
 *
 * followed by its kernels.
 */
export function printProgram(program: Program): string {
  const list = (slots: readonly number[]): string => slots.map((s) => `s${s}`).join(', ');
  const { name, inputs, outputs, slots, steps, arenaBytes } = program;
  const lines = [
    `program @${name}(${list(inputs)}) -> (${list(outputs)}), arena ${arenaBytes} bytes {`,
    ...slots.map((s) => `  s${s.id}: ${showType(s.type)} = ${showPlace(s.place)}`),
    '',
    ...steps.flatMap(showStep).map((line) => `  ${line}`),
    '}',
  ];
  const kernels = kernelsOf(program).flatMap((kernel) => ['', printKernel(kernel)]);
  return [...lines, ...kernels].join('\n');
}

// More numbers than this are not printed: constants can be large.
const shownConstants = 8;

function showPlace(place: Place): string {
  switch (place.kind) {
    case 'input':
    case 'output':
      return `${place.kind} ${place.index}`;
    case 'arena':
      return `arena ${place.offset}`;
    case 'constant': {
      const more = place.data.length > shownConstants ? ', …' : '';
      return `constant [${place.data.slice(0, shownConstants).map(String).join(', ')}${more}]`;
    }
    case 'alias':
      return `alias of s${place.of}`;
    default:
      return unreachable(place);
  }
}

function showStep(step: Step): readonly string[] {
  switch (step.kind) {
    case 'run': {
      const { name, buffers } = step.kernel;
      const bound = buffers.filter((b) => b.role !== 'scratch');
      return [`run ${name}(${bound.map((b, i) => `${b.name} = s${step.slots[i]}`).join(', ')})`];
    }
    case 'effect':
      return [`${step.effect.name}(${step.slots.map((s) => `s${s}`).join(', ')})`];
    case 'copy':
      return [`copy s${step.from} to s${step.to}`];
    case 'mark':
      return [`mark ${step.id}`];
    case 'if':
      return [
        ...step.branches.flatMap((branch, k) => [
          k === 0 ? `if s${step.selector} {` : '} else {',
          ...branch.flatMap(showStep).map((line) => `  ${line}`),
        ]),
        '}',
      ];
    case 'while':
      return [
        'while {',
        ...step.before.flatMap(showStep).map((line) => `  ${line}`),
        `} s${step.cond} {`,
        ...step.body.flatMap(showStep).map((line) => `  ${line}`),
        '}',
      ];
    default:
      return unreachable(step);
  }
}
