import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { openProject } from '../project.ts';
import { chooseCloud } from './choose-cloud.ts';
import { type LocalRecord, publishLocal } from './local-record.ts';

async function withRunningLocal(endpointFlag?: string) {
  const scratch = await scratchProject({ 'cdk.out/manifest.json': {}, 'other/cdk.out/manifest.json': {} });
  const record: LocalRecord = {
    version: 1,
    pid: process.pid,
    assembly: scratch.at('cdk.out'),
    endpoint: 'http://127.0.0.1:4566',
    region: 'eu-west-1',
    accessKeyId: 'AKIAEXAMPLE',
    secretAccessKey: 'secret',
  };
  publishLocal(scratch.at('cache'), record);
  const project = (currentFolder: string) =>
    openProject({ flags: { endpoint: endpointFlag }, environment: {}, currentFolder: scratch.at(currentFolder) });
  const choose = async (local: boolean | undefined, folder = '.') =>
    chooseCloud(await project(folder), { local, cacheFolder: scratch.at('cache') });
  return { choose, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}

const emulator = {
  isLocal: true,
  access: {
    endpointUrl: 'http://127.0.0.1:4566',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
  },
};
const aws = { isLocal: false, access: { endpointUrl: undefined } };

describe('the cloud that a command talks to', () => {
  it('is the emulator that runs for the app, unless nobody wants that', async () => {
    await using given = await withRunningLocal();
    expect(await given.choose(undefined)).toEqual(emulator);
    expect(await given.choose(true)).toEqual(emulator);
    expect(await given.choose(false)).toEqual(aws);
  });

  it('is AWS for another app, or an error where an emulator is wanted', async () => {
    await using given = await withRunningLocal();
    expect(await given.choose(undefined, 'other')).toEqual(aws);
    await expect(given.choose(true, 'other')).rejects.toThrow(
      /No emulator runs for .*other\/cdk\.out, only for .*cdk\.out/,
    );
  });

  it('is the endpoint that is set, with the keys of the emulator where it is that', async () => {
    await using own = await withRunningLocal('http://127.0.0.1:4566/');
    expect(await own.choose(undefined, 'other')).toEqual(emulator);
    await using foreign = await withRunningLocal('http://127.0.0.1:9999');
    expect(await foreign.choose(undefined)).toEqual({
      isLocal: false,
      access: { endpointUrl: 'http://127.0.0.1:9999' },
    });
    expect(await foreign.choose(true)).toEqual(emulator);
  });
});
