import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  LambdaClient,
  LambdaServiceException,
  paginateListFunctions,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from '@live-lambda/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeployedApp } from '../test/fixtures/deployed-app.ts';
import { functionsFolder, openLibrary } from './library.ts';

let app: DeployedApp;
let lendBook: string;

beforeAll(async () => {
  app = await openLibrary();
  lendBook = app.nameOf('LendBook');
});
afterAll(() => app?.[Symbol.asyncDispose]());

/** Clients as they are by default, retries included. */
const connection = (credentials?: Credentials) => {
  const { region, endpoint, developerCredentials } = app.emulator;
  return { region, endpoint, credentials: credentials ?? developerCredentials };
};
const lambda = (credentials?: Credentials) => new LambdaClient(connection(credentials));
const reader = () => app.emulator.credentialsFor({ policyArns: [app.outputs.ReaderPolicy ?? ''] });
const stranger = () => app.emulator.credentialsFor({ policyArns: [] });

const json = (bytes: Uint8Array | undefined) => JSON.parse(Buffer.from(bytes ?? []).toString());
const text = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString();

const invoke = (event: unknown, input: Partial<InvokeCommandInput> = {}, client = lambda()) =>
  client.send(new InvokeCommand({ FunctionName: lendBook, Payload: JSON.stringify(event), ...input }));

describe('Invoke', () => {
  it('gives what the function on this machine answers', async () => {
    const { StatusCode, FunctionError, ExecutedVersion, Payload, $metadata } = await invoke({
      title: 'Emma',
      price: 1.5,
    });
    expect({ StatusCode, FunctionError, ExecutedVersion }).toEqual({
      StatusCode: 200,
      FunctionError: undefined,
      ExecutedVersion: '$LATEST',
    });
    expect(json(Payload)).toEqual({
      event: { title: 'Emma', price: 1.5 },
      folder: functionsFolder,
      requestId: $metadata.requestId,
      arn: `arn:aws:lambda:us-east-1:${app.emulator.account}:function:${lendBook}`,
      version: '$LATEST',
      desk: null,
    });
  });

  it('gives the error of the function as its own, and the call has succeeded', async () => {
    const { StatusCode, FunctionError, Payload } = await invoke({ refuse: 'lent out' });
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: 'Unhandled' });
    const error = { errorType: 'BookRefused', errorMessage: 'lent out' };
    expect(json(Payload)).toEqual({ ...error, trace: expect.arrayContaining(['BookRefused: lent out']) });
  });

  it('gives the end of the log with LogType Tail, and none without', async () => {
    const { LogResult, $metadata } = await invoke({ note: 'stamped' }, { LogType: 'Tail' });
    const { requestId } = $metadata;
    expect(text(LogResult)).toMatch(new RegExp(`^START RequestId: ${requestId} Version: `));
    expect(text(LogResult)).toMatch(new RegExp(`\nREPORT RequestId: ${requestId}\tDuration: [\\d.]+ ms\t`));
    expect((await invoke({})).LogResult).toBeUndefined();
  });

  it('reaches the version that a qualifier or the name of the function asks for', async () => {
    const arn = `arn:aws:lambda:us-east-1:${app.emulator.account}:function:${lendBook}`;
    const cases: readonly (readonly [Partial<InvokeCommandInput>, string, string])[] = [
      [{ Qualifier: '$LATEST' }, `${arn}:$LATEST`, '$LATEST'],
      [{ Qualifier: 'opening-hours' }, `${arn}:opening-hours`, '1'],
      [{ FunctionName: `${lendBook}:1` }, `${arn}:1`, '1'],
      [{ FunctionName: `${arn}:opening-hours` }, `${arn}:opening-hours`, '1'],
    ];
    for (const [input, invokedArn, version] of cases) {
      const { ExecutedVersion, Payload } = await invoke({}, input);
      expect([json(Payload).arn, json(Payload).version, ExecutedVersion]).toEqual([invokedArn, version, version]);
    }
  });

  it('hands on a client context', async () => {
    const ClientContext = Buffer.from(JSON.stringify({ custom: { desk: 'Zoë' } })).toString('base64');
    expect(json((await invoke({}, { ClientContext })).Payload).desk).toBe('Zoë');
  });

  it('with DryRun says whether one may, and runs nothing', async () => {
    const { StatusCode, Payload } = await invoke({ refuse: 'never run' }, { InvocationType: 'DryRun' });
    expect([StatusCode, Payload?.byteLength ?? 0]).toEqual([204, 0]);
    const denied = invoke({}, { InvocationType: 'DryRun' }, lambda(stranger()));
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('with Event answers at once, and the function runs later under the same request id', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'live-lambda-clients-'));
    const file = join(folder, 'lent.txt');
    const { StatusCode, Payload, $metadata } = await invoke({ title: 'Emma', file }, { InvocationType: 'Event' });
    expect([StatusCode, Payload?.byteLength ?? 0]).toEqual([202, 0]);
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toBe(`Emma ${$metadata.requestId}\n`);
    await rm(folder, { recursive: true });
  });

  it('takes 6 MB, and gives back 6 MB', async () => {
    // Six MiB, with the quotes that make it JSON.
    const letters = 6 * 1024 * 1024 - 2;
    expect(json((await invoke({ letters })).Payload)).toHaveLength(letters);
    const { event } = json((await invoke({ title: 'x'.repeat(5_000_000) })).Payload);
    expect(event.title).toHaveLength(5_000_000);
  });
});

describe('what Invoke refuses', () => {
  const cases: readonly (readonly [name: string, input: () => Partial<InvokeCommandInput>, status: number])[] = [
    ['ResourceNotFoundException', () => ({ FunctionName: 'nothing' }), 404],
    ['ResourceNotFoundException', () => ({ Qualifier: 'closed' }), 404],
    ['InvalidRequestContentException', () => ({ Payload: '{"title":' }), 400],
    ['InvalidParameterValueException', () => ({ FunctionName: 'not a name' }), 400],
    ['RequestEntityTooLargeException', () => ({ Payload: JSON.stringify('x'.repeat(6_291_455)) }), 413],
    [
      'RequestEntityTooLargeException',
      () => ({ Payload: JSON.stringify('x'.repeat(1_048_575)), InvocationType: 'Event' }),
      413,
    ],
  ];
  it.each(cases)('is told as %s, case %#', async (name, input, httpStatusCode) => {
    const refusal = await invoke({}, input()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(LambdaServiceException);
    expect(refusal).toMatchObject({ name, $metadata: { httpStatusCode, attempts: 1 } });
  });

  it('is a class of its own, as the client has one for it', async () => {
    await expect(invoke({}, { FunctionName: 'nothing' })).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it('is told from what one may not do, and from keys that are wrong', async () => {
    expect((await invoke({}, {}, lambda(reader()))).StatusCode).toBe(200);
    const readAloud = { FunctionName: app.nameOf('ReadAloud') };
    await expect(invoke({}, readAloud, lambda(reader()))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /^User: arn:aws:iam::\d+:user\/\S+ is not authorized to perform: lambda:InvokeFunction /,
      ),
      $metadata: { httpStatusCode: 403 },
    });
    const { accessKeyId } = app.emulator.developerCredentials;
    for (const [name, credentials] of [
      ['InvalidSignatureException', { accessKeyId, secretAccessKey: 'wrong' }],
      ['UnrecognizedClientException', { accessKeyId: 'AKIANOBODY', secretAccessKey: 'wrong' }],
    ] as const) {
      await expect(invoke({}, {}, lambda(credentials))).rejects.toMatchObject({
        name,
        $metadata: { httpStatusCode: 403 },
      });
    }
  });
});

async function stream(input: Partial<InvokeWithResponseStreamCommandInput>, event: unknown = {}) {
  const FunctionName = app.nameOf('ReadAloud');
  const Payload = JSON.stringify(event);
  const command = new InvokeWithResponseStreamCommand({ FunctionName, Payload, ...input });
  const { EventStream, ...head } = await lambda().send(command);
  const chunks: string[] = [];
  let end: object | undefined;
  for await (const { PayloadChunk, InvokeComplete } of EventStream ?? []) {
    if (PayloadChunk) chunks.push(Buffer.from(PayloadChunk.Payload ?? []).toString());
    if (InvokeComplete) end = InvokeComplete;
  }
  return { head, chunks, end };
}

describe('InvokeWithResponseStream', () => {
  it('gives a stream of events, the last of which says that it is complete', async () => {
    const { head, chunks, end } = await stream({}, { chapters: ['one ', 'two'] });
    expect(head).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      ResponseStreamContentType: 'application/vnd.amazon.eventstream',
    });
    expect(chunks.join('')).toBe('one two');
    expect(end).toEqual({});
  });

  it('carries what is larger than a response in one piece may be', async () => {
    const chapters = Array.from({ length: 8 }, (_, number) => String(number).repeat(100_000));
    const { chunks } = await stream({}, { chapters, times: 10 });
    expect(chunks.join('') === chapters.join('').repeat(10)).toBe(true);
  });

  it('gives what came before the function failed, then its error, and the end of the log when asked', async () => {
    const { chunks, end } = await stream({ LogType: 'Tail' }, { chapters: ['one'], hoarse: true });
    expect(chunks.join('')).toBe('one');
    const { ErrorCode, ErrorDetails, LogResult } = { ErrorDetails: '', LogResult: '', ErrorCode: '', ...end };
    expect([ErrorCode, JSON.parse(ErrorDetails).errorMessage]).toEqual(['Unhandled', 'no voice left']);
    expect(text(LogResult)).toMatch(/\nREPORT RequestId: /);
  });

  it('gives the answer of a function that does not stream', async () => {
    const { chunks, end } = await stream({ FunctionName: lendBook, Qualifier: 'opening-hours' }, { title: 'Emma' });
    expect(JSON.parse(chunks.join(''))).toMatchObject({ event: { title: 'Emma' }, version: '1' });
    expect(end).toEqual({});
  });

  it('with DryRun runs nothing', async () => {
    const { head, chunks } = await stream({ InvocationType: 'DryRun' }, { chapters: ['one'] });
    expect([head.StatusCode, chunks]).toEqual([204, []]);
  });

  it('refuses what Invoke refuses', async () => {
    await expect(stream({ FunctionName: 'nothing' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('what is read of functions', () => {
  it('is their configuration', async () => {
    const configuration = await lambda().send(new GetFunctionConfigurationCommand({ FunctionName: lendBook }));
    expect(configuration).toMatchObject({
      FunctionName: lendBook,
      Runtime: 'nodejs22.x',
      Timeout: 60,
      Version: '$LATEST',
    });
    const { Configuration } = await lambda().send(new GetFunctionCommand({ FunctionName: lendBook, Qualifier: '1' }));
    expect(Configuration).toMatchObject({ FunctionName: lendBook, Version: '1' });
  });

  it('is their list, by pages', async () => {
    const names: (string | undefined)[] = [];
    for await (const { Functions = [] } of paginateListFunctions({ client: lambda() }, {})) {
      names.push(...Functions.map(({ FunctionName }) => FunctionName));
    }
    expect(names.sort()).toEqual([lendBook, app.nameOf('ReadAloud')].sort());
  });
});

describe('STS', () => {
  const sts = (credentials?: Credentials) => new STSClient(connection(credentials));

  it('says who a user is, whatever the user may do', async () => {
    const { account, developerCredentials } = app.emulator;
    const identity = await sts(developerCredentials).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: account, Arn: `arn:aws:iam::${account}:user/developer` });
    const { Arn, UserId } = await sts(stranger()).send(new GetCallerIdentityCommand({}));
    expect([Arn, UserId]).toEqual([expect.stringMatching(/:user\/user-\d+$/), expect.stringMatching(/^AIDA/)]);
  });

  it('refuses wrong keys, and operations that are not emulated, by errors that the client reads', async () => {
    const nobody = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'wrong' };
    await expect(sts(nobody).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      $metadata: { httpStatusCode: 403, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    const role = { RoleArn: `arn:aws:iam::${app.emulator.account}:role/any`, RoleSessionName: 'any' };
    const unknown = { name: 'InvalidAction', $fault: 'client' };
    await expect(sts().send(new AssumeRoleCommand(role))).rejects.toMatchObject(unknown);
    await expect(sts().send(new GetSessionTokenCommand({}))).rejects.toMatchObject(unknown);
  });
});
