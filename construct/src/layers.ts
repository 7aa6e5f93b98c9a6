import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AssetStaging,
  type CfnResource,
  DefaultTokenResolver,
  type IResolvable,
  type IResolveContext,
  Reference,
  Stack,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** One layer of a function. */
export interface LocatedLayer {
  /** Construct path of a layer that the app makes, else its ARN; null if that is known only at deploy. */
  readonly name: string | null;
  /** What Lambda unpacks to `/opt`. Absolute; null if the app makes the layer of no local folder. */
  readonly folder: string | null;
}

/**
 * Where Lambda's runtimes look for what layers bring, below `/opt`.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html}
 */
const LAYER_FOLDERS = ['nodejs', 'python', 'ruby', 'java', 'dotnetcore', 'bin', 'lib'];

/** The layers of a function as they would stand in the template, the app's raw overrides included, in their order. */
export function locateLayers(resource: CfnResource): readonly LocatedLayer[] {
  const resolver = new ReferenceMarker();
  const template = Tokenization.resolve(resource._toCloudFormation(), { scope: resource, resolver, preparing: false });
  const [described] = Object.values<{ readonly Properties?: { readonly Layers?: unknown } }>(template.Resources ?? {});
  const layers = described?.Properties?.Layers;
  return Array.isArray(layers) ? layers.map((layer: unknown) => locateLayer(layer, resolver)) : [];
}

function locateLayer(layer: unknown, { marked }: ReferenceMarker): LocatedLayer {
  const made = marked(layer);
  if (made === undefined) return { name: typeof layer === 'string' ? layer : null, folder: null };
  const parent = made.node.scope;
  const isPart = parent instanceof lambda.LayerVersion && parent.node.defaultChild === made;
  return { name: (isPart ? parent : made).node.path, folder: contentFolder(made) };
}

/** The local folder of which the app makes a layer, known by the hash that CDK gives to every asset. */
function contentFolder(layer: lambda.CfnLayerVersion): string | null {
  const stack = Stack.of(layer);
  const content: string = JSON.stringify(stack.resolve(layer.content)) ?? '';
  const staging = stack.node
    .findAll()
    .find((construct) => construct instanceof AssetStaging && content.includes(construct.assetHash));
  return staging instanceof AssetStaging ? layerFolder(staging) : null;
}

/** The source, where it looks as Lambda's runtimes expect it; else what CDK has made of it, if that does. */
function layerFolder({ sourcePath, absoluteStagedPath }: AssetStaging): string | null {
  const folders = [sourcePath, absoluteStagedPath].filter(isDirectory);
  const expected = folders.find((folder) => LAYER_FOLDERS.some((name) => existsSync(join(folder, name))));
  return expected ?? folders[0] ?? null;
}

/** Leaves, where a token refers to a layer of the app, a mark in place of what CloudFormation would be told. */
class ReferenceMarker extends DefaultTokenResolver {
  readonly #layers = new Map<string, lambda.CfnLayerVersion>();

  constructor() {
    super(new StringConcat());
  }

  override resolveToken(
    token: IResolvable,
    context: IResolveContext,
    postProcessor: Parameters<DefaultTokenResolver['resolveToken']>[2],
  ): unknown {
    const target = Reference.isReference(token) ? token.target : undefined;
    if (!(target instanceof lambda.CfnLayerVersion)) return super.resolveToken(token, context, postProcessor);
    const mark = `<${target.node.path}>`;
    this.#layers.set(mark, target);
    return mark;
  }

  readonly marked = (value: unknown): lambda.CfnLayerVersion | undefined =>
    typeof value === 'string' ? this.#layers.get(value) : undefined;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
