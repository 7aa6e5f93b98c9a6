import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import type { OrderService } from './order-service.ts';

const require = createRequire(import.meta.url);

/** What Lambda runs of a custom runtime (Lambda Developer Guide, "Building a custom runtime"): here, the stub's wrapper. */
const bootstrap = `#!/bin/sh
# Python, which unpacks this, forgets that a file may be run.
exec /bin/sh "\${0%/*}/live-lambda/start" node
`;

/** In the upper half of a zip's external attributes, for a file that may be run. */
const runnable = 0o100755;

/**
 * Gives a live function, in MiniStack, the stub that starts in place of a runtime. MiniStack has no exec wrappers, by
 * which that one starts in Lambda, but a Runtime API for runtimes that users bring.
 * @param path construct path of the function
 */
export async function startOnRuntimeApi({ aws, nameOf, folder }: OrderService, path: string): Promise<void> {
  const stub = join(dirname(require.resolve('live-lambda-cdk/package.json')), 'assets/stub.zip');
  const zip = join(folder, 'custom-runtime.zip');
  const files = unzipSync(await readFile(stub));
  await writeFile(zip, zipSync({ ...files, bootstrap: [Buffer.from(bootstrap), { os: 3, attrs: runnable << 16 }] }));
  const named = ['--function-name', nameOf(path)];
  await aws('lambda', 'update-function-code', ...named, '--zip-file', `fileb://${zip}`);
  await aws('lambda', 'update-function-configuration', ...named, '--runtime', 'provided.al2023');
}
