import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Credentials } from '@live-lambda/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programsOf } from '../python/virtual-environment.ts';
import type { DeployedApp } from '../test/fixtures/deployed-app.ts';
import { functionsFolder, openLibrary } from './library.ts';
import { makeTestCertificate, type TestCertificate } from './test-certificate.ts';

const program = join(programsOf('clients'), 'aws');
const runProgram = promisify(execFile);

let app: DeployedApp;
let lendBook: string;
let folder: string;
let certificate: TestCertificate;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-lambda-aws-cli-'));
  certificate = await makeTestCertificate(folder);
  app = await openLibrary({ tls: certificate });
  lendBook = app.nameOf('LendBook');
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The variables of somebody who has nothing else configured. */
const variables = ({ accessKeyId, secretAccessKey }: Credentials, endpoint: string) => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_REGION: app.emulator.region,
  AWS_DEFAULT_REGION: app.emulator.region,
  AWS_ENDPOINT_URL: endpoint,
  AWS_MAX_ATTEMPTS: '1',
});

/** Runs the AWS CLI as a shell would. */
async function aws(args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const env = { ...variables(app.emulator.developerCredentials, app.emulator.endpoint), ...extra };
  try {
    const { stdout, stderr } = await runProgram(program, [...args], { env, cwd: folder, maxBuffer: 16 * 1024 * 1024 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as Error & { code?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number') throw error;
    return { code: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
  }
}

const answerFile = 'answer.json';

/** `aws lambda invoke` with these arguments. Gives what it prints and what it wrote into its file. */
async function invoke(...args: readonly string[]) {
  await rm(join(folder, answerFile), { force: true });
  const { code, stdout, stderr } = await aws(['lambda', 'invoke', '--function-name', lendBook, ...args, answerFile]);
  const answer = await readFile(join(folder, answerFile), 'utf8').catch(() => undefined);
  return { code, printed: stdout === '' ? undefined : JSON.parse(stdout), stderr, answer };
}

describe('aws lambda invoke', () => {
  it('takes a payload as it is written, from a file of text and from one of bytes', async () => {
    const event = '{"title": "Größe", "price": 1.0}';
    await writeFile(join(folder, 'event.json'), event);
    for (const payload of [event, 'file://event.json', 'fileb://event.json']) {
      const { code, printed, answer, stderr } = await invoke('--payload', payload);
      expect([code, stderr, printed]).toEqual([0, '', { StatusCode: 200, ExecutedVersion: '$LATEST' }]);
      expect(JSON.parse(answer ?? '')).toMatchObject({
        event: { title: 'Größe', price: 1 },
        folder: functionsFolder,
        version: '$LATEST',
      });
    }
  });

  it('without a payload is an empty event', async () => {
    expect(JSON.parse((await invoke()).answer ?? '').event).toEqual({});
  });

  it('tells a failure of the function, with its error in the file', async () => {
    const { code, printed, answer } = await invoke('--payload', '{"refuse":"lent out"}');
    expect([code, printed]).toEqual([0, { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST' }]);
    expect(JSON.parse(answer ?? '')).toMatchObject({ errorType: 'BookRefused', errorMessage: 'lent out' });
  });

  it('takes a qualifier, a client context in base64, and asks for the log', async () => {
    const context = Buffer.from('{"custom":{"desk":"left"}}').toString('base64');
    const { printed, answer } = await invoke(
      ...['--qualifier', 'opening-hours', '--client-context', context, '--log-type', 'Tail'],
    );
    expect(printed).toMatchObject({ StatusCode: 200, ExecutedVersion: '1' });
    expect(Buffer.from(printed.LogResult, 'base64').toString()).toMatch(/^START RequestId: [^\n]+ Version: 1\n/);
    expect(JSON.parse(answer ?? '')).toMatchObject({ desk: 'left', arn: expect.stringMatching(/:opening-hours$/) });
  });

  it('starts an event, and tries whether one may', async () => {
    const lent = join(folder, 'lent.txt');
    const event = JSON.stringify({ title: 'Emma', file: lent });
    expect((await invoke('--invocation-type', 'Event', '--payload', event)).printed).toEqual({ StatusCode: 202 });
    await expect.poll(() => readFile(lent, 'utf8').catch(() => '')).toMatch(/^Emma [0-9a-f-]{36}\n$/);
    expect((await invoke('--invocation-type', 'DryRun')).printed).toEqual({ StatusCode: 204 });
  });

  it('writes 6 MB into its file', async () => {
    const letters = 6 * 1024 * 1024 - 2;
    expect((await invoke('--payload', JSON.stringify({ letters }))).answer).toHaveLength(letters + 2);
  });

  it.each([
    ['a function that there is not', ['--function-name', 'nothing'], 'ResourceNotFoundException', 'Function not found'],
    ['what is no JSON', ['--payload', '{"title":'], 'InvalidRequestContentException', 'Could not parse'],
    ['a qualifier that there is not', ['--qualifier', 'closed'], 'ResourceNotFoundException', 'Function not found'],
  ])('refuses %s in words of its own', async (_what, args, name, words) => {
    const { code, stderr, answer } = await invoke(...args);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(`An error occurred (${name}) when calling the Invoke operation: ${words}`);
    expect(answer).toBeUndefined();
  });
});

describe('aws', () => {
  const cases: readonly (readonly [command: string, args: () => readonly string[], wanted: () => unknown])[] = [
    [
      'sts get-caller-identity',
      () => ['sts', 'get-caller-identity', '--query', '[Account,Arn]'],
      () => [app.emulator.account, `arn:aws:iam::${app.emulator.account}:user/developer`],
    ],
    [
      'lambda get-function-configuration',
      () => [...'lambda get-function-configuration --query [Runtime,Timeout] --function-name'.split(' '), lendBook],
      () => ['nodejs22.x', 60],
    ],
    [
      'lambda list-functions',
      () => ['lambda', 'list-functions', '--query', 'sort(Functions[].FunctionName)'],
      () => [lendBook, app.nameOf('ReadAloud')].sort(),
    ],
    [
      'cloudformation describe-stacks',
      () => ['cloudformation', 'describe-stacks', '--stack-name', 'Library', '--query', 'Stacks[].StackName'],
      () => ['Library'],
    ],
    [
      'cloudformation list-stack-resources',
      () => [
        ...['cloudformation', 'list-stack-resources', '--stack-name', 'Library', '--query'],
        "StackResourceSummaries[?ResourceType=='AWS::Lambda::Alias'].ResourceStatus",
      ],
      () => ['CREATE_COMPLETE'],
    ],
  ];
  it.each(cases)('%s', async (_command, args, wanted) => {
    const { code, stdout, stderr } = await aws(args());
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual(wanted());
  });

  it('speaks TLS where its endpoint says so', async () => {
    const tls = {
      AWS_ENDPOINT_URL: app.emulator.endpoint.replace('http:', 'https:'),
      AWS_CA_BUNDLE: certificate.caFile,
    };
    const { code, stdout } = await aws(['sts', 'get-caller-identity'], tls);
    expect([code, JSON.parse(stdout).Account]).toEqual([0, app.emulator.account]);
  });

  it('says what is wrong with its keys, and what they may not do', async () => {
    const wrong = await aws(['sts', 'get-caller-identity'], { AWS_SECRET_ACCESS_KEY: 'wrong' });
    expect(wrong.stderr).toContain('An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity');
    const { accessKeyId, secretAccessKey } = app.emulator.credentialsFor({
      policyArns: [app.outputs.ReaderPolicy ?? ''],
    });
    const reader = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const denied = await aws(['lambda', 'invoke', '--function-name', app.nameOf('ReadAloud'), 'denied.json'], reader);
    expect(denied.stderr).toContain(
      'An error occurred (AccessDeniedException) when calling the Invoke operation: User: ',
    );
    const unread = await aws(['cloudformation', 'describe-stacks', '--stack-name', 'Library'], reader);
    expect(unread.stderr).toContain(
      'An error occurred (AccessDenied) when calling the DescribeStacks operation: User: ',
    );
    expect([wrong, denied, unread].map(({ code }) => code > 0)).toEqual([true, true, true]);
  });

  it('says of an operation that is not emulated that there is none', async () => {
    const unknown = await aws(['lambda', 'list-layers']);
    expect(unknown.stderr).toContain('An error occurred (UnknownOperationException) when calling the ListLayers');
    const sts = await aws(['sts', 'get-session-token']);
    expect(sts.stderr).toContain('An error occurred (InvalidAction) when calling the GetSessionToken operation');
  });
});
