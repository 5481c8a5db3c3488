// Ordinary loops and branches inside jit. Converted on the way by the register hook: npm run example:autograph
import { main as beam } from './autograph/beam.ts';
import { main as newton } from './autograph/newton.ts';
import { main as training } from './autograph/training.ts';

newton();
beam();
training();
