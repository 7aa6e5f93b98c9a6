import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PackedPackage } from './pack.ts';

const workspace = join(import.meta.dirname, '../..');

/** A registry of npm on loopback: it has the packed packages, and sends everybody elsewhere for all others. */
export interface Registry extends AsyncDisposable {
  readonly url: string;
}

export async function openRegistry(packages: readonly PackedPackage[]): Promise<Registry> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], {
    shell: process.platform === 'win32',
  });
  const upstream = stdout.trim().replace(/\/$/, '');
  const tarballs = new Map<string, Uint8Array>();
  const documents = new Map<string, (url: string) => object>();
  for (const packed of packages) {
    const content = await readFile(packed.tarball);
    const path = `/${packed.name}/-/package-${packed.version}.tgz`;
    tarballs.set(path, content);
    documents.set(`/${packed.name}`, await describer(packed, { path, content }));
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const tarball = tarballs.get(path);
    const describe = documents.get(path);
    if (tarball) response.end(tarball);
    else if (describe) answer(response, describe(`http://${request.headers.host}`));
    else response.writeHead(302, { location: `${upstream}${request.url}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, document: object): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(document));
}

/** What a registry says of a package that has one version (npm documentation, "package metadata"). */
async function describer(
  { name, folder, version }: PackedPackage,
  { path, content }: { readonly path: string; readonly content: Uint8Array },
): Promise<(url: string) => object> {
  const manifest = JSON.parse(await readFile(join(workspace, folder, 'package.json'), 'utf8'));
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  return (url) => ({
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist: { tarball: `${url}${path}`, integrity } } },
    time: { [version]: '2024-01-01T00:00:00.000Z' },
  });
}
