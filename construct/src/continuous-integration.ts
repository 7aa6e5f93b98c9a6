import { parseFlag } from './selection.ts';

/** Allows live mode in continuous integration. */
export const CI_CONTEXT_KEY = 'live-lambda-ci';

/** Variables that the usual services set, each in every job. */
const CI_VARIABLES = [
  'CI',
  'CODEBUILD_BUILD_ID',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'JENKINS_URL',
  'TEAMCITY_VERSION',
  'TF_BUILD',
];

export interface CiRequest {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * A selection that was committed by mistake must not reach everybody through a pipeline.
 *
 * @throws Error in continuous integration, unless the context forces live mode
 */
export function refuseUnforcedCi({ environment, context }: CiRequest): void {
  const forced = CI_CONTEXT_KEY in context ? parseFlag(context[CI_CONTEXT_KEY]) : false;
  if (forced === undefined) {
    const value = JSON.stringify(context[CI_CONTEXT_KEY]);
    throw new Error(`live-lambda: the context value ${CI_CONTEXT_KEY}=${value} is neither true nor false.`);
  }
  const variable = CI_VARIABLES.find((name) => !['', '0', 'false'].includes(environment[name] ?? ''));
  if (variable === undefined || forced) return;
  throw new Error(
    `live-lambda: functions are selected, but this is continuous integration (${variable} is set), whose deploys are ` +
      `nobody's own. Take live-lambda out of the context and the code, or force it with -c ${CI_CONTEXT_KEY}=true.`,
  );
}
