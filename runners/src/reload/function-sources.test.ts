import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../clock.ts';
import { taskFolder } from '../fixtures/task-folder.ts';
import type { FunctionSpec, InputFolder, Prepared } from '../runner.ts';
import { createFolderWatches } from './folder-watches.ts';
import { createFunctionSources, type FunctionSources } from './function-sources.ts';

interface Project {
  readonly folder: string;
  readonly sources: FunctionSources;
  /** What each finished build read, in their order. */
  readonly builds: string[];
  readonly changes: string[][];
  readonly aborted: { count: number };
  path(name: string): string;
  /** Resolves when so many builds counted. */
  built(count: number): Promise<void>;
  /** Resolves when the watcher has passed on all that happened up to now. */
  settled(): Promise<void>;
}

interface ProjectOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: readonly string[];
  readonly folders?: readonly Omit<InputFolder, 'path'>[];
  /** How long a build takes. */
  readonly buildMs?: number;
  /** The build, counted from 1, that does not end before it is aborted. */
  readonly endlessBuild?: number;
  readonly prepare?: (read: string) => Partial<Prepared>;
}

/** A function whose build is the text of its inputs. */
async function project(options: ProjectOptions): Promise<Project> {
  const { files, inputs = Object.keys(files), folders = [], buildMs = 0, endlessBuild } = options;
  let begun = 0;
  const folder = taskFolder({ ...files, '.settled': '0' });
  const path = (name: string): string => join(folder, name);
  const builds: string[] = [];
  const changes: string[][] = [];
  const aborted = { count: 0 };
  const watches = createFolderWatches({ onFault: (_folder, error) => expect.fail(error.message) });
  const read = (name: string): string => {
    try {
      return readFileSync(path(name), 'utf8');
    } catch {
      return '(none)';
    }
  };
  const sources = createFunctionSources({
    fn: functionIn(folder),
    watches,
    clock: systemClock,
    runnerFor: () => ({
      name: 'fake',
      claims: () => true,
      prepare: async (_fn, { signal }) => {
        const text = inputs.map(read).join('|');
        const known = {
          files: inputs.map(path),
          folders: folders.map((tree) => ({ ...tree, path: path('tree') })),
        };
        begun += 1;
        if (begun === endlessBuild) await once(signal, 'abort');
        if (buildMs > 0) await new Promise((resolve) => setTimeout(resolve, buildMs));
        if (signal.aborted) aborted.count += 1;
        else builds.push(text);
        const launch = { command: 'fake', args: [text], cwd: folder, env: {} };
        return { state: 'ready', launch, inputs: known, ...options.prepare?.(text) } as Prepared;
      },
    }),
    onChanged: (paths) => changes.push(paths.map((each) => each.slice(folder.length + 1))),
    onBuilt: () => undefined,
    onNote: (text) => expect.fail(text),
  });
  // What was written right before may be taken for a change while it was built.
  const old = new Date(Date.now() - 10_000);
  for (const name of Object.keys(files)) utimesSync(path(name), old, old);
  onTestFinished(async () => {
    await sources.dispose();
    watches.close();
  });
  await sources.latest();
  const probe = createFolderWatches({ onFault: (_folder, error) => expect.fail(error.message) });
  onTestFinished(() => probe.close());
  let probed = 0;
  await probe.set(
    () => {
      probed += 1;
    },
    new Set([folder]),
  );
  const started: Project = {
    folder,
    sources,
    builds,
    changes,
    aborted,
    path,
    built: (count) => expect.poll(() => builds.length, { interval: 2 }).toBeGreaterThanOrEqual(count),
    settled: async () => {
      const before = probed;
      appendFileSync(path('.settled'), '1');
      await expect.poll(() => probed, { interval: 2 }).toBeGreaterThan(before);
      await sources.latest();
      await sources.watched();
    },
  };
  await started.settled();
  return started;
}

function functionIn(folder: string): FunctionSpec {
  return {
    id: 'Shop/Orders',
    runtime: 'nodejs22.x',
    entry: join(folder, 'app.ts'),
    handler: 'handler',
    root: folder,
    memoryMb: 128,
    timeoutMs: 3000,
  };
}

async function latestText({ sources }: Project): Promise<string> {
  const { prepared } = await sources.latest();
  return prepared.state === 'ready' ? String(prepared.launch.args[0]) : prepared.reason;
}

describe('a save', () => {
  it.each([
    ['by writing', (path: string) => writeFileSync(path, 'new')],
    [
      'by writing beside and renaming',
      (path: string) => {
        writeFileSync(`${path}.tmp~`, 'new');
        renameSync(`${path}.tmp~`, path);
      },
    ],
    [
      'by moving away and writing anew',
      (path: string) => {
        renameSync(path, `${path}~`);
        writeFileSync(path, 'new');
        rmSync(`${path}~`);
      },
    ],
  ])('%s is built once', async (_how, save) => {
    const started = await project({ files: { 'app.ts': 'old' } });
    save(started.path('app.ts'));
    await started.built(2);
    await started.settled();
    expect(await latestText(started)).toBe('new');
    expect(started.builds.filter((text) => text === 'new')).toEqual(['new']);
    await expect.poll(() => started.changes).toEqual([['app.ts']]);
  });

  it('that changes nothing in the content is no change', async () => {
    const started = await project({ files: { 'app.ts': 'old' } });
    writeFileSync(started.path('app.ts'), 'old');
    utimesSync(started.path('app.ts'), new Date(), new Date());
    await started.settled();
    expect(started.builds).toEqual(['old']);
  });

  it('during a build aborts it, and what is built next is what counts', async () => {
    const started = await project({ files: { 'app.ts': 'old' }, endlessBuild: 2 });
    writeFileSync(started.path('app.ts'), 'newer');
    await expect.poll(() => started.changes.length, { interval: 2 }).toBe(1);
    writeFileSync(started.path('app.ts'), 'newest');
    await started.built(2);
    expect(await latestText(started)).toBe('newest');
    expect(started.builds).toEqual(['old', 'newest']);
    expect(started.aborted.count).toBe(1);
  });

  it('while the first build runs is built after it', async () => {
    const folder = taskFolder({ 'app.ts': 'old' });
    const watches = createFolderWatches({ onFault: (_folder, error) => expect.fail(error.message) });
    const texts: string[] = [];
    const sources = createFunctionSources({
      fn: functionIn(folder),
      watches,
      clock: systemClock,
      runnerFor: () => ({
        name: 'fake',
        claims: () => true,
        prepare: async () => {
          texts.push(readFileSync(join(folder, 'app.ts'), 'utf8'));
          if (texts.length === 1) writeFileSync(join(folder, 'app.ts'), 'new');
          const launch = { command: 'fake', args: [], cwd: folder, env: {} };
          return { state: 'ready', launch, inputs: { files: [join(folder, 'app.ts')], folders: [] } };
        },
      }),
      onChanged: () => undefined,
      onBuilt: () => undefined,
      onNote: () => undefined,
    });
    onTestFinished(async () => {
      await sources.dispose();
      watches.close();
    });
    await sources.latest();
    await expect.poll(() => texts, { interval: 2 }).toEqual(['old', 'new']);
  });

  it('of many files at once, as a branch switch makes it, ends in one build of all of them', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `src/file-${index}.ts`);
    const started = await project({ files: Object.fromEntries(names.map((name) => [name, 'old'])), buildMs: 60 });
    for (const name of names) {
      rmSync(started.path(name));
      writeFileSync(started.path(name), 'new');
    }
    await started.built(2);
    await started.settled();
    expect(await latestText(started)).toBe(names.map(() => 'new').join('|'));
    expect(started.builds).toHaveLength(2);
  });
});

describe('a change that is not a save', () => {
  it('of a file that was deleted and comes back is seen both times', async () => {
    const started = await project({ files: { 'app.ts': 'old', 'lib/price.ts': 'price' } });
    rmSync(started.path('lib/price.ts'));
    await started.built(2);
    writeFileSync(started.path('lib/price.ts'), 'price');
    await started.built(3);
    expect(started.builds).toEqual(['old|price', 'old|(none)', 'old|price']);
  });

  it('of a folder that was deleted and comes back, with those above it, is seen', async () => {
    const started = await project({ files: { 'app.ts': 'old', 'lib/deep/price.ts': 'price' } });
    rmSync(started.path('lib'), { recursive: true });
    await started.built(2);
    mkdirSync(started.path('lib/deep'), { recursive: true });
    writeFileSync(started.path('lib/deep/price.ts'), 'new');
    await expect.poll(() => latestText(started), { interval: 5 }).toBe('old|new');
    writeFileSync(started.path('lib/deep/price.ts'), 'newer');
    await expect.poll(() => latestText(started), { interval: 5 }).toBe('old|newer');
  });

  it('of a folder that is replaced by another one is seen, and the new one is watched', async () => {
    const started = await project({ files: { 'lib/deep/price.ts': 'old' } });
    mkdirSync(started.path('next/deep'), { recursive: true });
    writeFileSync(started.path('next/deep/price.ts'), 'new');
    renameSync(started.path('lib'), started.path('before'));
    renameSync(started.path('next'), started.path('lib'));
    await expect.poll(() => latestText(started), { interval: 5 }).toBe('new');
    writeFileSync(started.path('lib/deep/price.ts'), 'newer');
    await expect.poll(() => latestText(started), { interval: 5 }).toBe('newer');
  });

  it.each([
    ['the same name with another extension', 'lib/price.ts', 'lib/price.js'],
    ['a file in place of the index of a folder', 'lib/index.ts', 'lib.ts'],
  ])('by %s is seen, since it may be resolved instead', async (_what, input, rival) => {
    const started = await project({ files: { [input]: 'old' } });
    writeFileSync(started.path(rival), 'rival');
    await started.built(2);
    await expect.poll(() => started.changes).toEqual([[rival]]);
  });

  it('of a file that is none of the inputs is none', async () => {
    const started = await project({ files: { 'app.ts': 'old' } });
    writeFileSync(started.path('other.ts'), 'x');
    mkdirSync(started.path('node_modules'));
    await started.settled();
    expect(started.builds).toHaveLength(1);
  });

  it('of a file that only a process has read is seen', async () => {
    const started = await project({ files: { 'app.ts': 'old', 'lazy.ts': '1' }, inputs: ['app.ts'] });
    started.sources.loaded(1, [started.path('lazy.ts')], Date.now() - 5000);
    await started.sources.watched();
    writeFileSync(started.path('lazy.ts'), '2');
    await started.built(2);
    await expect.poll(() => started.changes).toEqual([['lazy.ts']]);
  });

  it('of a build is none, though processes read it', async () => {
    const started = await project({
      files: { 'app.ts': 'old', '.live-lambda/orders/index.js': '1' },
      inputs: ['app.ts'],
    });
    started.sources.loaded(1, [started.path('.live-lambda/orders/index.js')], Date.now() - 5000);
    await started.sources.watched();
    writeFileSync(started.path('.live-lambda/orders/index.js'), '2');
    await started.settled();
    expect(started.builds).toHaveLength(1);
  });

  it('in a workspace that is linked from node_modules is seen by its real path', async () => {
    const outside = taskFolder({ 'index.ts': 'old' });
    const started = await project({ files: { 'app.ts': 'app' }, inputs: ['app.ts', 'node_modules/shared/index.ts'] });
    mkdirSync(started.path('node_modules'));
    symlinkSync(outside, started.path('node_modules/shared'), 'junction');
    started.sources.loaded(1, [realpathSync(join(outside, 'index.ts'))], Date.now() - 5000);
    writeFileSync(started.path('app.ts'), 'app 2');
    await started.built(2);
    await started.sources.watched();
    writeFileSync(join(outside, 'index.ts'), 'new');
    await expect.poll(() => latestText(started), { interval: 5 }).toBe('app 2|new');
  });
});

describe('a folder whose files all count', () => {
  const python = { extensions: ['.py'], ignored: ['dist'] };

  it.each([
    ['a new file', (path: Project['path']) => writeFileSync(path('tree/new.py'), '1')],
    [
      'a new folder with files',
      (path: Project['path']) => {
        mkdirSync(path('tree/a.b/c'), { recursive: true });
        writeFileSync(path('tree/a.b/c/new.py'), '1');
      },
    ],
    ['a change deep within', (path: Project['path']) => writeFileSync(path('tree/deep/er/x.py'), 'new')],
    ['a file that is deleted', (path: Project['path']) => rmSync(path('tree/deep/er/x.py'))],
    ['a folder that is moved away', (path: Project['path']) => renameSync(path('tree/deep'), path('gone'))],
  ])('counts %s', async (_what, change) => {
    const started = await project({
      files: { 'app.py': 'a', 'tree/deep/er/x.py': 'old' },
      inputs: ['app.py'],
      folders: [python],
    });
    change(started.path);
    await started.built(2);
  });

  it('does not count other files, ignored folders, caches and packages', async () => {
    const started = await project({
      files: { 'app.py': 'a', 'tree/x.py': 'old', 'tree/dist/y.py': '1', 'tree/node_modules/z.py': '1' },
      inputs: ['app.py'],
      folders: [python],
    });
    writeFileSync(started.path('tree/notes.txt'), '1');
    writeFileSync(started.path('tree/dist/y.py'), '2');
    writeFileSync(started.path('tree/node_modules/z.py'), '2');
    writeFileSync(started.path('tree/x.py'), 'old');
    mkdirSync(started.path('tree/.cache'));
    await started.settled();
    expect(started.builds).toHaveLength(1);
  });
});

describe('a function that is broken', () => {
  const brokenUnlessWhole = (text: string): Partial<Prepared> =>
    text.includes('(none)') ? { state: 'broken', reason: `Shop/Orders: app.ts:1:7 cannot be resolved: ${text}` } : {};

  it('is mended by whatever appears beside its inputs', async () => {
    const started = await project({
      files: { 'app.ts': 'app' },
      inputs: ['app.ts', 'lib.ts'],
      prepare: brokenUnlessWhole,
    });
    expect(await latestText(started)).toContain('cannot be resolved');
    writeFileSync(started.path('unrelated.txt'), 'x');
    await started.built(2);
    writeFileSync(started.path('lib.ts'), 'lib');
    await started.built(3);
    expect(await latestText(started)).toBe('app|lib');
  });

  it('says why where its runner fails, or gives what is no function', async () => {
    const folder = taskFolder({ 'app.ts': '' });
    const sourcesWith = (prepare: () => Promise<Prepared>): FunctionSources => {
      const sources = createFunctionSources({
        fn: functionIn(folder),
        watches: undefined,
        clock: systemClock,
        runnerFor: () => ({ name: 'odd', claims: () => true, prepare }),
        onChanged: () => undefined,
        onBuilt: () => undefined,
        onNote: () => undefined,
      });
      onTestFinished(() => sources.dispose());
      return sources;
    };
    const failed = await sourcesWith(async () => Promise.reject(new Error('ELOOP: too many symbolic links'))).latest();
    expect(failed.prepared).toMatchObject({ reason: expect.stringMatching(/Shop\/Orders.*app\.ts.*ELOOP/) });
    const odd = await sourcesWith(async () => JSON.parse('{}')).latest();
    expect(odd.prepared).toMatchObject({ reason: expect.stringMatching(/odd gave neither.*Shop\/Orders/) });
  });
});

describe('an event', () => {
  it('that comes after a change waits for its build', async () => {
    const started = await project({ files: { 'app.ts': 'old' }, buildMs: 50 });
    writeFileSync(started.path('app.ts'), 'new');
    await expect.poll(() => started.changes.length, { interval: 2 }).toBe(1);
    expect(await latestText(started)).toBe('new');
  });

  it('is not kept waiting by sources that were given up', async () => {
    const started = await project({ files: { 'app.ts': 'old' }, endlessBuild: 2 });
    writeFileSync(started.path('app.ts'), 'new');
    await expect.poll(() => started.changes.length, { interval: 2 }).toBe(1);
    const waiting = started.sources.latest();
    await started.sources.dispose();
    expect((await waiting).prepared.state).toBe('broken');
    expect((await started.sources.latest()).prepared.state).toBe('broken');
  });
});
