import { realpath } from 'node:fs/promises';
import { startSupervisedProcess } from '../../process/supervised-process.ts';
import { runningNodeAccepts } from '../flags.ts';

/** A Node program, and what it said of itself. */
export interface NodeProgram {
  /** Absolute path of the program itself, also where a launcher that stands for it was asked. */
  readonly path: string;
  /** Without the leading `v`, for example `22.23.3`. */
  readonly version: string;
  /** Whether it knows a boolean flag, given as `--...` or `--no-...`; it refuses to start with one that it does not. */
  accepts(flag: string): boolean;
}

/** The Node that runs this program. */
export const RUNNING_NODE: NodeProgram = {
  path: process.execPath,
  version: process.versions.node,
  accepts: runningNodeAccepts,
};

/** A program that does not answer within this time is none that we can use: it waits for a download or a prompt. */
const MAX_ANSWER_MS = 10_000;

const QUESTION = 'JSON.stringify([process.versions.node, process.execPath, ...process.allowedNodeEnvironmentFlags])';

/** The major version, also of `24` alone. */
export function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}

const asked = new Map<string, Promise<NodeProgram | undefined>>();

/**
 * Asks a program, once, which Node it is.
 * Undefined if there is no such program, if it is no Node, or if it does not answer.
 */
export function askNode(program: string): Promise<NodeProgram | undefined> {
  const known = asked.get(program);
  if (known !== undefined) return known;
  const asking = ask(program);
  asked.set(program, asking);
  // What is not there now may be installed later.
  void asking.then((node) => node ?? asked.delete(program));
  return asking;
}

async function ask(program: string): Promise<NodeProgram | undefined> {
  // To start a Node takes long, and the one that runs need not be asked.
  if (await isRunningNode(program)) return RUNNING_NODE;
  const lines: string[] = [];
  const { PATH = '', SYSTEMROOT } = process.env;
  const answering = startSupervisedProcess({
    command: program,
    args: ['-p', QUESTION],
    cwd: process.cwd(),
    // Nothing of NODE_OPTIONS: neither a debugger nor a module to preload.
    env: { PATH, ...(SYSTEMROOT === undefined ? {} : { SYSTEMROOT }) },
    onOutput: ({ stream, text }) => {
      if (stream === 'stdout') lines.push(text);
    },
  });
  const timer = setTimeout(() => answering.kill(), MAX_ANSWER_MS);
  const end = await answering.ended;
  clearTimeout(timer);
  return end.type === 'exited' && end.code === 0 ? readAnswer(lines.join('')) : undefined;
}

async function isRunningNode(program: string): Promise<boolean> {
  const [asked, running] = await Promise.all([program, process.execPath].map((path) => realpath(path).catch(() => '')));
  return asked !== '' && asked === running;
}

function readAnswer(text: string): NodeProgram | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(answer)) return undefined;
  const [version, path, ...names] = answer.map(String);
  if (version === undefined || path === undefined || !/^\d+\.\d+\.\d+/.test(version)) return undefined;
  const flags = new Set(names);
  return { path, version, accepts: (flag) => flags.has(flag.replace(/^--no-/, '--')) };
}
