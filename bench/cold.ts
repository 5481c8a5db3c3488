// Compiles a training step once, in a process that has done nothing before, and prints its stages, with a canary, as JSON.
import { canary } from './canary.ts';
import { stagesOf, steps } from './compilation.ts';

const [name = 'mnist'] = process.argv.slice(2);
const value = stagesOf(steps[name]!());
// Afterwards: the engine is to find nothing warm.
console.log(JSON.stringify({ value, canary: canary() }));
