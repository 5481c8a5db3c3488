// Compiles the MNIST step once, in a process that has done nothing before, and prints its stages as JSON.
import { mnistStep, stagesOf } from './compilation.ts';

console.log(JSON.stringify(stagesOf(mnistStep())));
