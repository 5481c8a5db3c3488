// Where in the user's program something happened: the first stack frame outside this package.

/** A place in the user's source. Lines and columns count from 1. */
export interface Loc {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

// The folder that holds the compiled or source files of this package (`src/` or `dist/`).
const packageRoot = import.meta.url.replace(/util\/location\.[jt]s.*$/, '');
// Where source maps are in force, frames of `dist/` carry the names of the sources it was made from.
const ownRoots = [packageRoot, packageRoot.replace(/\/dist\/$/, '/src/')].flatMap((r) => [r, stripScheme(r)]);

function stripScheme(url: string): string {
  return url.startsWith('file://') ? decodeURIComponent(url.slice('file://'.length)) : url;
}

function isOwnFrame(file: string): boolean {
  return file.startsWith('node:') || ownRoots.some((root) => file.startsWith(root));
}

// Of files by name: every op asks about the same few again.
const users = new Map<string, boolean>();

/** Is it a file outside this package? */
function isUsers(file: string): boolean {
  let known = users.get(file);
  if (known === undefined) {
    known = filePath.test(file) && !isOwnFrame(file);
    users.set(file, known);
  }
  return known;
}

// Frames that have a place in a file: `at f (file:///app/model.js:3:7)`, `at /app/model.js:3:7`.
const frame =
  /(?:\(|at (?:async )?)((?:file:\/\/|https?:\/\/|node:|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/;
const filePath = /^(?:file:\/\/|https?:\/\/|\/|[A-Za-z]:[\\/])/;

type PlaceOf = (line: number, column: number) => Loc | undefined;

// Code that was evaluated for a function of the user's, by the URL it goes by in stacks.
const evaluated = new Map<string, PlaceOf>();
const evaluatedFrame = /(tracejit-autograph\/\d+\/\w+\.js):(\d+):(\d+)\)?$/;

/** Frames of the code under `url` are the user's, and stand where `place` says. */
export function placeEvaluated(url: string, place: PlaceOf): void {
  evaluated.set(url, place);
}

/** Runs `f`; what it throws names the places where evaluated code was written, whether or not the engine knows source maps. */
export function withWrittenPlaces<T>(f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (evaluated.size > 0 && error instanceof Error && typeof error.stack === 'string')
      Reflect.set(error, 'stack', error.stack.replace(evaluatedPlaces, written));
    throw error;
  }
}

const evaluatedPlaces = /(tracejit-autograph\/\d+\/\w+\.js):(\d+):(\d+)/g;

function written(place: string, url: string, line: string, column: string): string {
  const found = evaluated.get(url)?.(Number(line), Number(column));
  return found === undefined ? place : showLocation(found);
}

/** The user's frame in the text of an error's `stack`, or undefined where no frame lies outside the package. */
export function locationInStack(stack: string): Loc | undefined {
  for (const line of stack.split('\n')) {
    const made = evaluatedFrame.exec(line);
    const place = made && evaluated.get(made[1]!)?.(Number(made[2]), Number(made[3]));
    if (place) return place;
    const match = frame.exec(line);
    if (!match) continue;
    const [, file, row, column] = match as unknown as [string, string, string, string];
    if (isOwnFrame(file)) continue;
    return { file: shorten(stripScheme(file)), line: Number(row), column: Number(column) };
  }
  return undefined;
}

function shorten(file: string): string {
  const cwd =
    typeof process === 'object' && typeof process.cwd === 'function' ? `${process.cwd()}/` : undefined;
  return cwd !== undefined && file.startsWith(cwd) ? file.slice(cwd.length) : file;
}

// How many frames are looked at: spelling a frame costs microseconds, the user's line is mostly near the top, and a vjp rule under
// nested transforms is about 30 frames below it.
const framesSearched = [12, 48];

/** The user's line that led to this call, or undefined where the engine gives no stack. */
export function userLocation(): Loc | undefined {
  for (const frames of framesSearched) {
    const saved = Error.stackTraceLimit;
    Error.stackTraceLimit = frames;
    const loc = locationWithinLimit();
    Error.stackTraceLimit = saved;
    if (loc !== undefined) return loc;
  }
  return undefined;
}

// Locations by place in the code as it runs. Spelling a stack takes long, above all through source maps, and the ops of a trace come from
// few lines again and again.
const known = new Map<string, Loc | undefined>();

function locationWithinLimit(): Loc | undefined {
  const sites = callSites();
  const place = sites && userPlace(sites);
  if (place !== undefined && known.has(place)) return known.get(place);
  // Engines other than V8 know no call sites; where V8's are all of this package, no text says more.
  const loc = sites && place === undefined ? undefined : locationInStack(new Error().stack ?? '');
  if (place !== undefined) known.set(place, loc);
  return loc;
}

function callSites(): readonly NodeJS.CallSite[] | undefined {
  const saved = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites;
  try {
    const stack: unknown = new Error().stack;
    return Array.isArray(stack) ? stack : undefined;
  } finally {
    // Also where the stack is full.
    Error.prepareStackTrace = saved;
  }
}

/** The first frame outside this package, in the code as it runs and not as source maps name it. */
function userPlace(sites: readonly NodeJS.CallSite[]): string | undefined {
  for (const site of sites) {
    const url = site.getScriptNameOrSourceURL();
    if (url != null && evaluated.has(url)) return `${url}:${site.getLineNumber()}:${site.getColumnNumber()}`;
    const file = site.getFileName();
    if (file != null && isUsers(file)) return `${file}:${site.getLineNumber()}:${site.getColumnNumber()}`;
  }
  return undefined;
}

/** `file:line:column`, as editors and terminals make it clickable. */
export function showLocation(loc: Loc): string {
  return `${loc.file}:${loc.line}:${loc.column}`;
}
