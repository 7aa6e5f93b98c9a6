import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startSupervisedProcess } from '@live-lambda/runner';

/** Until it answers; importing its services takes a second. */
const startLimitMs = 60_000;
const pollMs = 100;
const stopGraceMs = 5000;

export interface MiniStack extends AsyncDisposable {
  /** By the number and not by `localhost`: with an IP address AWS's clients name buckets in the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** Credentials of the account's root, as variables. */
  readonly rootVariables: Readonly<Record<string, string>>;
}

export interface MiniStackOptions {
  /** Folder of its program and of the Python that runs functions in Python. */
  readonly programs: string;
  /** For what it writes. */
  readonly folder: string;
  /** Whether signatures and IAM policies are checked, and the credentials of a function are a session of its role. */
  readonly auth: boolean;
}

/**
 * Starts MiniStack, as a process that ends with this one.
 * @throws Error with what it said when it does not answer
 */
export async function startMiniStack({ programs, folder, auth }: MiniStackOptions): Promise<MiniStack> {
  const [region, account, port] = ['eu-west-1', '123456789012', await freePort()];
  const rootVariables = {
    AWS_ACCESS_KEY_ID: 'AKIAROOTOFMINISTACK0',
    AWS_SECRET_ACCESS_KEY: 'secret-of-the-root-of-ministack',
    AWS_REGION: region,
  };
  const temporary = join(folder, 'ministack');
  await mkdir(temporary);
  const said: string[] = [];
  const server = startSupervisedProcess({
    command: join(programs, 'ministack'),
    args: [],
    cwd: temporary,
    // Its functions inherit all of this; they need `node`.
    env: {
      ...rootVariables,
      PATH: [programs, dirname(process.execPath), process.env.PATH].join(delimiter),
      TMPDIR: temporary,
      AUTH: String(auth),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: region,
      MINISTACK_ACCOUNT_ID: account,
    },
    onOutput: ({ text }) => said.push(text),
  });
  const dispose = async () => void (await server.stop({ graceMs: stopGraceMs }));
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([answering(`${endpoint}/_ministack/health`), server.ended.then(failed)]);
  } catch (error) {
    await dispose();
    throw new Error(`MiniStack did not start:\n${said.join('\n')}`, { cause: error });
  }
  return { endpoint, region, account, rootVariables, [Symbol.asyncDispose]: dispose };
}

function failed(): never {
  throw new Error('it ended');
}

async function answering(url: string): Promise<void> {
  const end = AbortSignal.timeout(startLimitMs);
  for (;;) {
    const answer = await fetch(url, { signal: end }).catch(() => undefined);
    if (answer?.ok) return;
    await delay(pollMs, undefined, { signal: end });
  }
}

/** One that nothing listens on now: MiniStack has to be told its port. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('there is no port on this machine');
  return address.port;
}
