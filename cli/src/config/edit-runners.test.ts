import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { editProgram, editRunners } from './edit-runners.ts';

const add = (spec: string) => (runners: readonly string[]) => [...runners, spec];

describe('the list of runners in a config file', () => {
  it('is made where there is no config', async () => {
    await using project = await scratchProject();
    const edit = await editRunners({ file: undefined, folder: project.folder }, add('./runner.ts'));
    expect(edit).toEqual({ result: 'written', file: project.at('live-lambda.config.json') });
    expect(JSON.parse(await readFile(edit.file, 'utf8'))).toEqual({ runners: ['./runner.ts'] });
  });

  it('is written into JSON with the indentation that is there, and everything else as it was', async () => {
    await using project = await scratchProject({ 'c.json': '{\n\t"runner": "tsx",\n\t"runners": ["a"]\n}' });
    const file = project.at('c.json');
    await editRunners({ file, folder: project.folder }, add('b'));
    expect(await readFile(file, 'utf8')).toBe('{\n\t"runner": "tsx",\n\t"runners": [\n\t\t"a",\n\t\t"b"\n\t]\n}');
  });

  it('is left alone where nothing changes', async () => {
    const text = '{"runners":["a"]}';
    await using project = await scratchProject({ 'c.json': text });
    const file = project.at('c.json');
    expect((await editRunners({ file, folder: project.folder }, (runners) => runners)).result).toBe('unchanged');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('is edited in a program where it is an array of strings', async () => {
    const text = `import { defineConfig } from 'live-lambda';\nexport default defineConfig({\n  // ours\n  runners: ['a'],\n  runner: 'tsx',\n});\n`;
    await using project = await scratchProject({ 'live-lambda.config.ts': text });
    const file = project.at('live-lambda.config.ts');
    expect((await editRunners({ file, folder: project.folder }, add('./b.ts'))).result).toBe('written');
    expect(await readFile(file, 'utf8')).toBe(text.replace("['a']", "['a', './b.ts']"));
  });

  it('is left to its author where a program makes it, with the line to write', async () => {
    const text = "const own = ['a'];\nexport default { runners: [...own] };\n";
    await using project = await scratchProject({ 'live-lambda.config.mjs': text });
    const file = project.at('live-lambda.config.mjs');
    expect(await editRunners({ file, folder: project.folder }, add('b'))).toEqual({
      result: 'by-hand',
      file,
      line: "runners: ['a', 'b'],",
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('is put back where the edited program does not say what was meant', async () => {
    // What looks like the list is in a comment; the list itself comes from elsewhere.
    const text = "// runners: ['a']\nconst runners = ['a'];\nexport default { runners };\n";
    await using project = await scratchProject({ 'live-lambda.config.mjs': text });
    const file = project.at('live-lambda.config.mjs');
    expect((await editRunners({ file, folder: project.folder }, add('b'))).result).toBe('by-hand');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it.each([
    ['{ runners: [] }', [], ['a'], "{ runners: ['a'] }"],
    ['{ "runners": ["a"] }', ['a'], ['a', 'b'], '{ "runners": ["a", "b"] }'],
    ["{ runners: [\n    'a',\n  ] }", ['a'], ['a', 'b'], "{ runners: [\n    'a',\n    'b',\n  ] }"],
    ["{ runners: ['a', 'b'] }", ['a', 'b'], ['b'], "{ runners: ['b'] }"],
    ["{ runners: ['a' /* first */] }", ['a'], ['a', 'b'], undefined],
    ['{ runners: [`a`] }', ['a'], ['a', 'b'], undefined],
    ["{ runners: ['a'] , x: { runners: ['a'] } }", ['a'], ['a', 'b'], undefined],
    ['{ runner: "tsx" }', [], ['a'], undefined],
    ["{ runners: ['other'] }", ['a'], ['a', 'b'], undefined],
  ])('in %j from %j to %j gives %j', (text, present, wanted, expected) => {
    expect(editProgram(text, { present, wanted })).toBe(expected);
  });
});
