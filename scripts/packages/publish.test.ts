import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { publish, publishedOf } from './publish.ts';

const [first, second] = inject('packed');
if (!first || !second) throw new Error('Nothing was packed.');

/** What the registry was sent, by the paths of the packages. */
const received = new Map<string, { readonly versions: object }>();

const registry = createServer((request, response) => {
  const path = decodeURIComponent(request.url ?? '');
  const document = received.get(path);
  if (request.method === 'PUT') {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      received.set(path, JSON.parse(text));
      response.writeHead(201).end('{}');
    });
  } else if (document) response.end(JSON.stringify(document));
  else response.writeHead(404).end('{}');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  // As in the environment of a build server; no other registry is ever asked.
  vi.stubEnv('npm_config_registry', `http://${host}/`);
  vi.stubEnv(`npm_config_//${host}/:_authToken`, 'of-the-test');
});

afterAll(() => {
  vi.unstubAllEnvs();
  registry.closeAllConnections();
  registry.close();
});

it('puts a package, as it was packed, into the registry that npm is configured for, which has it from then on', async () => {
  expect(await publishedOf([first, second])).toEqual(new Set());
  await publish(first);
  expect([...received.keys()]).toEqual([`/${first.name}`]);
  expect(received.get(`/${first.name}`)?.versions).toHaveProperty([first.version, 'name'], first.name);
  expect(await publishedOf([first, second])).toEqual(new Set([`${first.name}@${first.version}`]));
});
