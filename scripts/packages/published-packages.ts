/** A package that is published, and how much of a user's disk and line it may take. */
export interface PublishedPackage {
  readonly name: string;
  /** In this workspace. */
  readonly folder: string;
  /** A library for CDK apps is CommonJS, as jsii compiles it; all others are ES modules. */
  readonly modules: 'esm' | 'commonjs';
  /** Of the tarball. */
  readonly maxPackedBytes: number;
  readonly maxUnpackedBytes: number;
}

/**
 * All that users install, in the order in which it is published: what is needed comes before what needs it.
 * The stub is not among them: it travels inside the construct.
 *
 * The limits stand about a fifth above the sizes of today. Whoever meets one looks at what came in, and then raises it.
 */
export const publishedPackages: readonly PublishedPackage[] = [
  {
    name: '@live-lambda/protocol',
    folder: 'protocol',
    modules: 'esm',
    maxPackedBytes: 115_000,
    maxUnpackedBytes: 600_000,
  },
  {
    name: '@live-lambda/runner',
    folder: 'runners',
    modules: 'esm',
    maxPackedBytes: 180_000,
    maxUnpackedBytes: 600_000,
  },
  {
    name: '@live-lambda/emulator',
    folder: 'emulator',
    modules: 'esm',
    maxPackedBytes: 125_000,
    maxUnpackedBytes: 430_000,
  },
  {
    name: 'live-lambda',
    folder: 'cli',
    modules: 'esm',
    maxPackedBytes: 870_000,
    maxUnpackedBytes: 3_900_000,
  },
  {
    name: 'live-lambda-cdk',
    folder: 'construct',
    modules: 'commonjs',
    maxPackedBytes: 200_000,
    maxUnpackedBytes: 480_000,
  },
];
