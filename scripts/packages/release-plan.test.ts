import { describe, expect, it } from 'vitest';
import { type Releasable, refusalOf, tableOf, unpublished } from './release-plan.ts';

const clean = { uncommitted: [], changesets: [] };

describe('a release', () => {
  it('is refused while something is not committed, and says what', () => {
    const refusal = refusalOf({ ...clean, uncommitted: [' M cli/package.json', '?? notes.md'] });
    expect(refusal).toContain('this is not:\n   M cli/package.json\n  ?? notes.md\n');
  });

  it('is refused while changes have no version, and says how they get one', () => {
    const refusal = refusalOf({ ...clean, changesets: ['brave-cats-run.md'] });
    expect(refusal).toMatch(/brave-cats-run\.md\nRun `npm run versions`/);
  });

  it('lists no more than a screen of reasons', () => {
    const uncommitted = Array.from({ length: 12 }, (_, index) => `?? file-${index}`);
    expect(refusalOf({ ...clean, uncommitted })).toMatch(/file-9\n {2}\.\.\. and 2 more\n/);
  });

  it('may go on where all is committed and has a version', () => {
    expect(refusalOf(clean)).toBeUndefined();
  });

  const runner: Releasable = {
    name: '@live-lambda/runner',
    version: '0.2.0',
    packedBytes: 154_510,
    unpackedBytes: 513_853,
    files: ['package.json', 'dist/index.js'],
  };
  const cli: Releasable = { ...runner, name: 'live-lambda', packedBytes: 90_499 };
  const published = new Set(['@live-lambda/runner@0.2.0', 'live-lambda@0.1.0']);

  it('leaves out the versions that the registry has: one that broke off goes on where it was', () => {
    expect(unpublished([runner, cli], published)).toEqual([cli]);
  });

  it('shows of each package its version, its sizes, and whether it is published already', () => {
    expect(tableOf([runner, cli], published)).toBe(
      [
        '@live-lambda/runner  0.2.0  155 kB  514 kB unpacked  2 files  published already',
        'live-lambda          0.2.0  90 kB   514 kB unpacked  2 files',
      ].join('\n'),
    );
  });
});
