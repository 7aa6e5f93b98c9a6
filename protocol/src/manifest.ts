/**
 * The manifest: what the construct knows about the live functions of one cloud assembly, written at synth and read by
 * the tunnel, which never runs the user's app. `manifest/v1.schema.json` says the same as these types, for readers in
 * any language.
 *
 * Paths have posix slashes. `Manifest.root` is relative to the directory that holds the manifest; every other path is
 * relative to `root`.
 */

/** The file's name, beside `manifest.json` of each cloud assembly (those of stages, `assembly-<Stage>/`, have their own). */
export const manifestFileName = 'live-lambda.json';

/** The `version` that these types describe. A reader refuses any other. */
export const manifestVersion = 1;

export interface Manifest {
  readonly version: typeof manifestVersion;
  /** Name of the app, as given; together with `session` it names the channel on which stubs call. */
  readonly app: string;
  /** Name of the session, as given at deploy. */
  readonly session: string;
  /** From the manifest's directory to the directory in which the app was synthesized. */
  readonly root: string;
  /** Version of `aws-cdk-lib` that made the assembly. */
  readonly cdkLib: string;
  /** Construct path of the CDK stage of this assembly; empty for the app itself. */
  readonly stage: string;
  /** The selected functions of this assembly, in the order of their construct paths. */
  readonly functions: readonly ManifestFunction[];
}

export type ManifestFunction = LiveFunction | RefusedFunction;

/** A function whose invocations the stub sends to the tunnel. */
export interface LiveFunction extends DescribedFunction {
  readonly status: 'live';
  readonly reason: null;
  /** The source file that holds the handler; for a language that is compiled, the folder of the program. */
  readonly entry: string;
  /** How `entry` was found. */
  readonly entrySource: EntrySource;
  /** Export path within `entry`, for example `handler` or `orders.create`; `Handler` as it is where `entry` is a folder. */
  readonly handler: string;
  /**
   * Timeout with which the function is deployed for debugging, in milliseconds, where it is longer than `timeoutMs`, which
   * the tunnel then enforces by itself.
   */
  readonly raisedTimeoutMs?: number;
  /** The Events API over which the stub of this function calls. */
  readonly api: ManifestApi;
}

/** A selected function that cannot be live: it is deployed as it would be without the construct. */
export interface RefusedFunction extends DescribedFunction {
  readonly status: 'refused';
  /** Why, as a sentence for the developer. */
  readonly reason: string;
  readonly entry: string | null;
  readonly entrySource: EntrySource | null;
  readonly handler: string | null;
  readonly api: null;
}

/** What is known about a function, live or not. */
export interface DescribedFunction {
  /** The name that the stub and the tunnel call the function by: its construct path. */
  readonly id: string;
  /** Construct path of the Lambda function in the app. */
  readonly path: string;
  /** `replace`: the stub is deployed instead of the user's code; `fallback`: beside it. */
  readonly mode: 'replace' | 'fallback';
  /** How Lambda starts the stub: as the runtime (through an exec wrapper) or as an ordinary handler. */
  readonly door: 'runtime' | 'handler';
  /** AWS account of the stack; null if the app leaves it to the deploy. */
  readonly account: string | null;
  /** AWS region of the stack; null if the app leaves it to the deploy. */
  readonly region: string | null;
  readonly stack: ManifestStack;
  /** Logical id of the `AWS::Lambda::Function` in the template that declares it. */
  readonly logicalId: string;
  /** Physical name, if the app fixes it; otherwise look the function up by stack and logical id. */
  readonly functionName: string | null;
  /** What kind of code the app gives to the function. */
  readonly kind: 'nodejs' | 'asset' | 'python' | 'inline' | 's3' | 'image';
  /** `Handler` as the app sets it, for example `index.handler`; null if unknown at synth or an image. */
  readonly moduleHandler: string | null;
  /** Lambda runtime identifier as the app sets it, for example `nodejs22.x`; null for an image. */
  readonly runtime: string | null;
  readonly architecture: 'x86_64' | 'arm64' | null;
  /** Timeout as the app sets it, in milliseconds; null if unknown at synth. */
  readonly timeoutMs: number | null;
  /** Memory as deployed, in MB; null if unknown at synth. */
  readonly memoryMb: number | null;
  /** The function's layers, in the order in which Lambda unpacks them to `/opt`: a later one covers an earlier one. */
  readonly layers: readonly ManifestLayer[];
  /** Whether the function is attached to a VPC. */
  readonly vpc: boolean;
  /** Names, never values, of the environment variables that the app sets. */
  readonly environmentNames: readonly string[];
  /** Fields above that are null because their value is known only at deploy. */
  readonly unresolved: readonly string[];
  /** Directory of the project: that of the lock file for a bundled function. */
  readonly projectRoot: string | null;
  /** What `/var/task` is for a local process: the asset's directory, or `projectRoot` of a bundled function. */
  readonly taskRoot: string | null;
  readonly lockFile: string | null;
  /** tsconfig that applies to `entry`. */
  readonly tsconfig: string | null;
  /** How the app would bundle the function; null if it is not bundled. */
  readonly bundling: ManifestBundling | null;
  /** What the developer should know about this function, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * `props`: the `entry` that the app gave; `private`: found by CDK itself; `sourcemap` and `tsconfig`: traced back from a
 * compiled file; `handler`: the file that `Handler` names; `asset`: the folder or archive that the app deploys; `user`:
 * told to live-lambda.
 */
export type EntrySource = 'props' | 'private' | 'sourcemap' | 'tsconfig' | 'handler' | 'asset' | 'user';

/** One layer of a function. A layer that holds an extension looks like any other. */
export interface ManifestLayer {
  /** Construct path of a layer that the app makes, else its ARN; null if that is known only at deploy. */
  readonly name: string | null;
  /** What Lambda unpacks to `/opt`, if the app makes the layer of a local folder: its `nodejs`, `python` and so on. */
  readonly folder: string | null;
}

export interface ManifestStack {
  /** Id of the stack's artifact in `manifest.json`. */
  readonly artifact: string;
  /** Name of the deployed stack. */
  readonly name: string;
  /** Logical ids of the nested stacks that lead from this stack to the function, outermost first. */
  readonly nested: readonly string[];
}

/** Where to read the endpoints of the function's Events API. */
export interface ManifestApi {
  /** Name of the stack whose outputs hold the endpoints. */
  readonly stack: string;
  /** Id of that stack's artifact in `manifest.json`. */
  readonly stackArtifact: string;
  /** Keys of the stack's outputs. */
  readonly outputs: {
    readonly httpHost: string;
    readonly realtimeHost: string;
    readonly apiId: string;
  };
  /** Names of the API's channel namespaces, where they are not `to-tunnel` and `to-stub`: the API is shared with others. */
  readonly namespaces?: {
    readonly toTunnel: string;
    readonly toStub: string;
  };
}

/**
 * Bundling options of a `NodejsFunction`, as the app gives them; an absent one has CDK's default.
 * {@link https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs.BundlingOptions.html}
 */
export interface ManifestBundling {
  readonly format: 'cjs' | 'esm';
  readonly target?: string;
  readonly minify?: boolean;
  readonly keepNames?: boolean;
  readonly sourceMap?: boolean;
  readonly sourceMapMode?: string;
  readonly sourcesContent?: boolean;
  readonly charset?: string;
  readonly banner?: string;
  readonly footer?: string;
  readonly bundleAwsSdk?: boolean;
  readonly externalModules?: readonly string[];
  readonly nodeModules?: readonly string[];
  readonly mainFields?: readonly string[];
  readonly inject?: readonly string[];
  readonly define?: Readonly<Record<string, string>>;
  readonly loader?: Readonly<Record<string, string>>;
  readonly esbuildArgs?: Readonly<Record<string, string | boolean>>;
  /** Environment variables of the bundling process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The app compiles with tsc before it bundles. */
  readonly preCompilation?: boolean;
  /** The app runs commands of its own before or after it bundles. */
  readonly hasCommandHooks: boolean;
}
