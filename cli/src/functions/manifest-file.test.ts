import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FixtureApp, fixtureApp } from '../fixtures/fixture-app.ts';
import { liveApp } from './live-functions.ts';
import { readManifests } from './manifest-file.ts';

let app: FixtureApp;

beforeEach(async () => {
  app = await fixtureApp([{ id: 'Orders', source: '', timeoutSeconds: 20 }]);
});

afterEach(() => app.remove());

async function edited(change: (manifest: Record<string, unknown> & { functions: Record<string, unknown>[] }) => void) {
  const manifest = JSON.parse(await readFile(join(app.assembly, 'live-lambda.json'), 'utf8'));
  change(manifest);
  return JSON.stringify(manifest);
}

describe('the manifests of a cloud assembly', () => {
  it('give the live functions with absolute paths', async () => {
    const live = liveApp(await readManifests(app.assembly));
    expect(live).toMatchObject({
      app: 'shop',
      session: 'default',
      functions: [
        {
          spec: {
            id: 'Shop/Orders',
            entry: join(app.folder, 'src/Orders.mjs'),
            root: app.folder,
            memoryMb: 256,
            timeoutMs: 20_000,
          },
        },
      ],
    });
  });

  it('are found in the assemblies of stages too', async () => {
    await mkdir(join(app.assembly, 'assembly-Prod'));
    await app.write(
      'cdk.out/assembly-Prod/live-lambda.json',
      await edited((manifest) => {
        manifest.stage = 'Prod';
        manifest.root = '../..';
        manifest.functions[0] = { ...manifest.functions[0], id: 'Prod/Orders' };
      }),
    );
    const live = liveApp(await readManifests(app.assembly));
    expect(live.functions.map(({ spec }) => [spec.id, spec.root])).toEqual([
      ['Shop/Orders', app.folder],
      ['Prod/Orders', app.folder],
    ]);
  });

  it.each([
    ['a folder that is not there', async () => join(app.folder, 'nowhere'), /There is no folder .*nowhere/],
    ['a folder without a CDK app', async () => app.folder, /has no manifest\.json/],
    [
      'an app that was synthesized without live mode',
      async () => {
        await app.write('other/manifest.json', '{}');
        return join(app.folder, 'other');
      },
      /has no live-lambda\.json: this app was synthesized without live mode/,
    ],
    [
      'a manifest of another version',
      async () => {
        await app.write(
          'cdk.out/live-lambda.json',
          await edited((manifest) => {
            manifest.version = 2;
          }),
        );
        return app.assembly;
      },
      /has version 2, and this release of live-lambda reads version 1/,
    ],
    [
      'a manifest that was cut off',
      async () => {
        await app.write('cdk.out/live-lambda.json', (await edited(() => undefined)).slice(0, 300));
        return app.assembly;
      },
      /live-lambda\.json is not JSON/,
    ],
    [
      'a manifest that breaks the schema',
      async () => {
        await app.write(
          'cdk.out/live-lambda.json',
          await edited((manifest) => {
            delete manifest.functions[0]?.logicalId;
          }),
        );
        return app.assembly;
      },
      /is not a valid manifest: \/functions\/0 /,
    ],
  ])('say what is wrong with %s', async (_what, prepare, message) => {
    await expect(readManifests(await prepare())).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/.{20}/),
    });
  });

  it('must have a live function', async () => {
    await app.write(
      'cdk.out/live-lambda.json',
      await edited((manifest) => {
        manifest.functions = [];
      }),
    );
    const manifests = await readManifests(app.assembly);
    expect(() => liveApp(manifests)).toThrow('No function of app "shop" is live.');
  });

  it('must be of one app and session', async () => {
    await app.write(
      'cdk.out/assembly-Prod/live-lambda.json',
      await edited((manifest) => {
        manifest.session = 'other';
      }),
    );
    const manifests = await readManifests(app.assembly);
    expect(() => liveApp(manifests)).toThrow(/session "default", and .* session "other"/);
  });
});
