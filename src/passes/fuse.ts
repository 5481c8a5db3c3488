// fuse: which instructions share a kernel. The decision is a `fusion` instruction with a region, so it prints, verifies and runs.
//
// After it every point, view, index, reduce and contract instruction is inside a fusion, a single one as well; outside remain reshapes
// (names for the same memory), constants of more than one number (memory), and the ops that bring their own kernel.
import { withoutDuplicates } from './cse.ts';
import { withoutDead } from './dce.ts';
import { FusionGraph } from './fuse/graph.ts';
import { fuseReadersOfOneValue, fuseSiblingReductions, groupSmallMaps } from './fuse/horizontal.ts';
import { recomputeCheap } from './fuse/recompute.ts';
import { writeFusions } from './fuse/region.ts';
import { sinkReshapes } from './fuse/sink.ts';
import { swapContractions } from './fuse/swap.ts';
import { fuseVertically } from './fuse/vertical.ts';
import type { Pass } from './pass.ts';

export const fuse: Pass = {
  name: 'fuse',
  doc: 'Groups instructions into kernels: elementwise and view chains, prologues of reductions, epilogues of reductions and contractions, small maps side by side. Values that are cheap to make are made again by each reader, all others are stored once.',
  required: true,
  run(func, { fuel, note }) {
    const graph = new FusionGraph(recomputeCheap(withoutDead(sinkReshapes(swapContractions(func)))));
    fuseSiblingReductions(graph, fuel);
    fuseVertically(graph, fuel);
    fuseReadersOfOneValue(graph, fuel);
    groupSmallMaps(graph, fuel);
    const fused = withoutDuplicates(writeFusions(graph));
    note(`${func.body.length} instructions became ${fused.body.length}`);
    return fused;
  },
};
