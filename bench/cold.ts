// Compiles a training step once, in a process that has done nothing before, and prints its stages as JSON.
import { stagesOf, steps } from './compilation.ts';

const [name = 'mnist'] = process.argv.slice(2);
console.log(JSON.stringify(stagesOf(steps[name]!())));
