import type { NodeChoice } from '@live-lambda/runner';
import { failed, ok, type Verdict, warning } from './check.ts';

/** The oldest Node that this runs on. */
const lowestNode = { major: 20, minor: 19 } as const;

export function nodeVerdict(version: string): Verdict {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: lowestMajor, minor: lowestMinor } = lowestNode;
  if (major > lowestMajor || (major === lowestMajor && minor >= lowestMinor)) return ok(version);
  return failed(
    `${version} is older than ${lowestMajor}.${lowestMinor}.`,
    'Install a newer Node, for example from https://nodejs.org.',
  );
}

/** How the Nodes of this machine fit to the runtimes of the functions. */
export function runtimesVerdict(choices: readonly NodeChoice[]): Verdict {
  const majors = [...new Map(choices.map((choice) => [choice.wantedMajor, choice])).values()];
  if (majors.length === 0) return ok('no function runs on Node');
  const others = majors.filter(({ match }) => match !== 'exact');
  if (others.length === 0) return ok(majors.map(({ version, source }) => `Node ${version} (${source})`).join(', '));
  const missing = others.map(({ wantedMajor }) => wantedMajor).join(' and ');
  const fetchable = others.every((choice) => choice.fetchable !== undefined);
  return warning(
    `Functions run on Node ${missing} in Lambda, which is not on this machine; Node ${others[0]?.version} stands in, and may behave differently.`,
    `Install Node ${missing}${fetchable ? ', or start the tunnel with --fetch-node' : ''}.`,
  );
}

/** Linux's limits on what one user may watch; undefined where the system has none, or does not say. */
export interface WatchLimits {
  readonly maxWatches: number | undefined;
  readonly maxInstances: number | undefined;
  /** The code of the error when a folder was watched, if that failed. */
  readonly failure: string | undefined;
}

/** Of which editors, bundlers and this one each want thousands and a few. Source: inotify(7) on older kernels' defaults. */
const fewWatches = 8192;
const fewInstances = 128;

export function watchesVerdict({ maxWatches, maxInstances, failure }: WatchLimits): Verdict {
  const raise = (name: string, value: number) =>
    `Raise it: sudo sysctl -w fs.inotify.${name}=${value}; to keep it, write fs.inotify.${name}=${value} into /etc/sysctl.d/60-inotify.conf.`;
  if (failure === 'ENOSPC')
    return failed(
      `All ${maxWatches ?? ''} watches of files are in use: saves are not seen.`,
      raise('max_user_watches', 524_288),
    );
  if (failure === 'EMFILE')
    return failed(
      `All ${maxInstances ?? ''} watchers of files are in use: saves are not seen.`,
      raise('max_user_instances', 512),
    );
  if (failure !== undefined)
    return failed(
      `Files cannot be watched (${failure}): saves are not seen.`,
      'Put the project on a file system that can be watched.',
    );
  if (maxWatches !== undefined && maxWatches < fewWatches)
    return warning(`This user may watch ${maxWatches} files and folders only.`, raise('max_user_watches', 524_288));
  if (maxInstances !== undefined && maxInstances < fewInstances)
    return warning(`This user may have ${maxInstances} watchers only.`, raise('max_user_instances', 512));
  return ok(maxWatches === undefined ? 'files can be watched' : `up to ${maxWatches} files and folders`);
}
