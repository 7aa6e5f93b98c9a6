import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerCertificate } from '@live-lambda/emulator';
import { programsOf } from '../python/virtual-environment.ts';

export interface TestCertificate extends ServerCertificate {
  /** Of the authority that signed it. */
  readonly caFile: string;
}

/** Makes a certificate authority of its own in a folder, and by it a certificate for 127.0.0.1. */
export async function makeTestCertificate(folder: string): Promise<TestCertificate> {
  const python = join(programsOf('clients'), 'python');
  await promisify(execFile)(python, ['-m', 'trustme', '--quiet', '--dir', folder, '--identities', '127.0.0.1']);
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  return {
    certificate: await read('server.pem'),
    privateKey: await read('server.key'),
    caFile: join(folder, 'client.pem'),
  };
}
