import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { type FunctionKind, functionKinds } from './fixtures/function-kinds.ts';
import { createApp, temporaryDirectory } from './fixtures/synthesis.ts';
import type { Manifest, ManifestFunction } from './generated/manifest.ts';
import { LiveLambda } from './live-lambda.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
/** Every file of a cloud assembly, those of its stages included, by its path. */
type Assembly = ReadonlyMap<string, string>;

const notBundled = { 'aws:cdk:bundling-stacks': [] };

function readAssembly(directory: string): Assembly {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(directory.length + 1), readFileSync(path, 'latin1')];
    }),
  );
}

function synthesizeLive({ build, select = 'true' }: FunctionKind): Assembly {
  const app = createApp({ context: { 'live-lambda': select } });
  build(app);
  return readAssembly(app.synth().directory);
}

function synthesizeOff({ build }: FunctionKind, attached: boolean): Assembly {
  const app = new App({
    outdir: join(temporaryDirectory(), 'cdk.out'),
    context: { ...notBundled },
    treeMetadata: true,
  });
  if (attached) LiveLambda.attach(app);
  build(app);
  return readAssembly(app.synth().directory);
}

function functionsOf(assembly: Assembly): readonly ManifestFunction[] {
  const manifests = [...assembly].filter(([name]) => name.endsWith('live-lambda.json'));
  return manifests.flatMap(([, text]) => (JSON.parse(text) as Manifest).functions);
}

/** Resources of all templates, by template and logical id, all without the hash of a version's content. */
function resourcesOf(assembly: Assembly): ReadonlyMap<string, Resource> {
  const templates = [...assembly].filter(([name]) => name.endsWith('.template.json'));
  return new Map(
    templates.flatMap(([name, text]) => {
      const template = JSON.parse(text.replace(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1'));
      return Object.entries<Resource>(template.Resources ?? {}).map(
        ([id, resource]) => [`${name} ${id}`, resource] as const,
      );
    }),
  );
}

/** Names of those properties of functions that differ, in the order of the functions. */
function changesOfFunctions(off: Assembly, live: Assembly): readonly (readonly string[])[] {
  const before = resourcesOf(off);
  const functions = [...resourcesOf(live)].filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  return functions.map(([id, { Properties = {} }]) => {
    const own = before.get(id)?.Properties ?? {};
    const names = new Set([...Object.keys(own), ...Object.keys(Properties)]);
    return [...names].filter((name) => JSON.stringify(own[name]) !== JSON.stringify(Properties[name])).sort();
  });
}

/** Where live-lambda may change what an app has: its functions and their policies, versions and nested stacks. */
const TOUCHED = /^AWS::(Lambda::(Function|Version|Alias|Url)|IAM::Policy|CloudFormation::Stack)$/;
const ADDED = ['AWS::AppSync::Api', 'AWS::AppSync::ChannelNamespace', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'];

describe.each(functionKinds)('$kind', (kind) => {
  const { live = {}, refused = {} } = kind;

  test('becomes live as far as it can, and nothing else of the app changes', () => {
    const [off, on] = [synthesizeOff(kind, false), synthesizeLive(kind)];
    const functions = functionsOf(on);
    const statuses = Object.fromEntries(functions.map(({ path, status }) => [path, status]));
    expect(statuses).toEqual({
      ...Object.fromEntries(Object.keys(live).map((path) => [path, 'live'])),
      ...Object.fromEntries(Object.keys(refused).map((path) => [path, 'refused'])),
    });
    for (const { path, reason } of functions) if (refused[path]) expect(reason).toMatch(refused[path]);

    const changes = changesOfFunctions(off, on).filter((names) => names.length > 0);
    expect(changes).toEqual(Object.values(live).map((names) => names.toSorted()));
    const [before, after] = [resourcesOf(off), resourcesOf(on)];
    const gone = [...before.keys()].filter((id) => !after.has(id));
    expect(gone).toEqual([]);
    for (const [id, resource] of after) {
      const own = before.get(id);
      if (own === undefined) expect(ADDED).toContain(resource.Type);
      else if (!TOUCHED.test(resource.Type) || Object.keys(live).length === 0) expect(resource).toEqual(own);
    }
  });

  test('is off without the context, the whole assembly being equal to one without the line', () => {
    const [without, attached] = [false, true].map((attached) => synthesizeOff(kind, attached));
    expect(attached).toEqual(without);
    expect(without?.size).toBeGreaterThan(3);
  });
});
