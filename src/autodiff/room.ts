// Room for the rounds of loops whose length is data: what a gradient keeps of them needs memory before anybody knows how many there will be.
// A loop that takes more rounds than there is room for stops; more room is made, what was compiled for less is compiled again, and runs again.
import { Setting, type SettingRead } from '../trace/setting.ts';
import { CapacityError } from '../util/errors.ts';

// By the user's line of the loop. A setting, so that whatever was traced with less room knows that it is out of date, and says why.
const rooms = new Map<string, Setting<number>>();

const all = new Set<SettingRead['setting']>();

// Rounds at first: about a megabyte of them, within limits.
const firstBytes = 2 ** 20;
const [fewest, most] = [8, 1024] as const;

/** How many rounds of the loop at `line` to make room for, each of which keeps `bytes`. */
export function roomFor(line: string, bytes: number): number {
  let room = rooms.get(line);
  if (room === undefined) {
    const fitting = 2 ** Math.floor(Math.log2(firstBytes / Math.max(bytes, 1)));
    room = new Setting(`room for the loop at ${line}`, Math.max(fewest, Math.min(most, fitting)));
    rooms.set(line, room);
    all.add(room);
  }
  const own = room;
  const before = pinned?.find((read) => read.setting === own);
  return before === undefined ? room.value : (before.value as number);
}

let pinned: readonly SettingRead[] | null = null;

/** Was any of these a room that has grown since? It never shrinks again. */
export function hasOutgrown(reads: readonly SettingRead[]): boolean {
  return reads.some(({ setting, value }) => all.has(setting) && setting.peek() !== value);
}

/** Runs `f` with the room there was when these settings were read: two halves of one derivative must agree. */
export function withRoomsOf<T>(reads: readonly SettingRead[], f: () => T): T {
  const saved = pinned;
  pinned = reads;
  try {
    return f();
  } finally {
    pinned = saved;
  }
}

/** Runs what `find` finds; where a loop in it needs more room, makes that and finds again. */
export function withRoom<A, T>(find: () => A, run: (found: A) => T): T {
  let found = find();
  for (;;) {
    try {
      return run(found);
    } catch (error) {
      if (!(error instanceof CapacityError)) throw error;
      makeRoom(error);
      const again = find();
      // It is not up to date with less than it asked for only where somebody further out made it: they will find another one.
      if (again === found) throw error;
      found = again;
    }
  }
}

/** Makes as much room as was asked for. */
export function makeRoom({ loop, needed }: CapacityError): void {
  const room = rooms.get(loop);
  if (room !== undefined && room.peek() < needed) room.value = 2 ** Math.ceil(Math.log2(needed));
}
