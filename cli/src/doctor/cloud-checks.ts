import type { DeployedFunction } from '../functions/deployed-function.ts';
import type { ApiFault, DeployedApi } from '../functions/deployment.ts';
import { projectCommand } from '../project-command.ts';
import type { UserError } from '../user-error.ts';
import { failed, failedBy, ok, skipped, type Verdict, warning } from './check.ts';
import type { ApiProbe, Attempt } from './probe-api.ts';

export function deployedVerdict(apis: readonly DeployedApi[], faults: readonly ApiFault[]): Verdict {
  const [fault] = faults;
  if (fault) return failedBy(fault.error);
  const stacks = apis.flatMap((api) => api.stacks.map((stack) => `${stack} in ${api.endpoint.region}`));
  return ok(stacks.join(', '));
}

/** @param regions by name, whether AppSync has an endpoint there; undefined where that could not be asked */
export function regionsVerdict(regions: ReadonlyMap<string, boolean | undefined>): Verdict {
  const without = [...regions].flatMap(([region, has]) => (has === false ? [region] : []));
  if (without.length > 0) {
    return failed(
      `${without.join(' and ')} has no AppSync, whose Events carry the invocations.`,
      'Deploy the app to another region for development.',
    );
  }
  const unknown = [...regions].flatMap(([region, has]) => (has === undefined ? [region] : []));
  if (unknown.length > 0) return skipped(`names of ${unknown.join(' and ')} could not be looked up from here`);
  return ok([...regions.keys()].join(', '));
}

/** Of what is tried at each API, the first that failed. */
function firstFailure(probes: readonly ApiProbe[], pick: (probe: ApiProbe) => Attempt) {
  for (const probe of probes) {
    const attempt = pick(probe);
    if (attempt.result === 'failed') return { probe, error: attempt.error };
  }
  return undefined;
}

const networkFix =
  'Check the network, firewalls and proxies: HTTPS_PROXY must name the proxy if there is one, and it must let WebSockets through.';

export function httpVerdict(probes: readonly ApiProbe[]): Verdict {
  const failure = firstFailure(probes, ({ http }) => http);
  if (failure)
    return failed(`${failure.probe.httpHost} does not answer${through(failure.probe)}: ${failure.error}.`, networkFix);
  return ok(`reached${through(probes[0])}`);
}

export function webSocketVerdict(probes: readonly ApiProbe[]): Verdict {
  const failure = firstFailure(probes, ({ socket }) => socket);
  if (failure)
    return failed(
      `No WebSocket to ${failure.probe.realtimeHost}${through(failure.probe)}: ${failure.error}.`,
      networkFix,
    );
  const times = probes.flatMap(({ roundTripMs }) =>
    roundTripMs === undefined ? [] : [`${Math.round(roundTripMs)} ms`],
  );
  return ok(
    times.length === 0 ? `reached${through(probes[0])}` : `there and back in ${times.join(', ')}${through(probes[0])}`,
  );
}

/** What a developer needs at an API, by what was really tried. */
export function permissionsVerdict(probes: readonly ApiProbe[]): Verdict {
  const tried = [
    ['connect and subscribe', (probe: ApiProbe) => probe.subscribe],
    ['publish to tunnels', (probe: ApiProbe) => probe.publishToTunnels],
    ['publish to stubs', (probe: ApiProbe) => probe.publishToStubs],
  ] as const;
  for (const [what, pick] of tried) {
    const failure = firstFailure(probes, pick);
    if (failure) {
      const { toTunnel, toStub } = failure.probe.namespaces;
      return failed(
        `You may not ${what} at the API of ${failure.probe.stacks.join(', ')}: ${failure.error}.`,
        `Your identity needs appsync:EventConnect, appsync:EventSubscribe on ${toTunnel}, and appsync:EventPublish on ${toTunnel} and ${toStub}; the stack's output LiveLambdaDeveloperPolicy names a policy with these, if the app makes one.`,
      );
    }
  }
  if (probes.some(({ subscribe }) => subscribe.result === 'not-tried')) return skipped('needs a WebSocket, see there');
  return ok('connect, subscribe and publish');
}

/** A function as AWS shows it to the developer, or why it does not. */
export interface LookedUp {
  readonly id: string;
  readonly found: DeployedFunction | UserError;
}

export function lookUpVerdict(functions: readonly LookedUp[]): Verdict {
  for (const { found } of functions) if (found instanceof Error) return failedBy(found);
  return ok(functions.length === 1 ? '1 function was found' : `${functions.length} functions were found`);
}

/** Whether the stub of a function is the one of the last synth. */
export interface ComparedCode {
  readonly id: string;
  readonly isSame: boolean;
}

export function codeVerdict(compared: readonly ComparedCode[]): Verdict {
  const others = compared.filter(({ isSame }) => !isSame).map(({ id }) => id);
  if (others.length > 0) {
    return warning(
      `The stub that is deployed for ${others.join(', ')} is another one than that of the last synth.`,
      `Deploy again: \`${projectCommand('live-lambda deploy')}\`.`,
    );
  }
  if (compared.length === 0)
    return skipped('no deployed function has a stub in place of its code that could be compared');
  return ok(compared.length === 1 ? 'as synthesized' : `${compared.length} as synthesized`);
}

/** @param own fingerprint of the developer's key; undefined where there is none yet */
export function trustVerdict(functions: readonly LookedUp[], own: string | undefined): Verdict {
  const known = functions.flatMap(({ id, found }) => (found instanceof Error ? [] : [{ id, keys: found.trustedKeys }]));
  if (known.length === 0) return skipped('no deployed function could be looked up');
  const open = known.filter(({ keys }) => keys === undefined);
  if (own === undefined) {
    if (open.length === known.length) return ok('the stubs trust whoever IAM lets publish');
    return failed(
      'You have no key yet, so that no deployed stub trusts it.',
      `Deploy the app yourself, or let a teammate add the fingerprint that \`${projectCommand('live-lambda keys show')}\` prints to live-lambda.keys.`,
    );
  }
  const strangers = known.filter(({ keys }) => keys?.includes(own) === false);
  if (strangers.length > 0) {
    return failed(
      `The stubs of ${strangers.map(({ id }) => id).join(', ')} do not trust your key, ${own}.`,
      'Deploy the app yourself; or add the key to live-lambda.keys beside the app, and let it be deployed.',
    );
  }
  if (open.length > 0) {
    return warning(
      `The stubs of ${open.map(({ id }) => id).join(', ')} trust whoever IAM lets publish (trust: iam).`,
      'Leave out `trust`, so that stubs trust listed keys alone.',
    );
  }
  return ok(`your key, ${own}, is trusted`);
}

/** What a role of the synthesized app is allowed; `foreign`: it is made elsewhere, and nothing is known of it here. */
export interface RoleGrants {
  readonly id: string;
  readonly role: string;
  readonly missing: readonly string[] | 'foreign';
}

export function rolesVerdict(grants: readonly RoleGrants[]): Verdict {
  const lacking = grants.flatMap(({ id, role, missing }) =>
    missing === 'foreign' || missing.length === 0 ? [] : [{ id, role, missing }],
  );
  if (lacking.length > 0) {
    return failed(
      lacking.map(({ id, role, missing }) => `Role ${role} of ${id} lacks ${missing.join(', ')}.`).join(' '),
      'Synthesize and deploy again in live mode; a role that CDK may not change needs these by hand.',
    );
  }
  const foreign = grants.filter(({ missing }) => missing === 'foreign');
  if (foreign.length > 0) {
    return warning(
      `${foreign.map(({ id, role }) => `${id} has the role ${role}`).join(', ')}, which is not of this app.`,
      'It needs appsync:EventConnect, appsync:EventPublish and appsync:EventSubscribe on the Events API; see the warnings of the synth.',
    );
  }
  return ok(grants.length === 1 ? '1 role may connect' : `${grants.length} roles may connect`);
}

function through(probe: ApiProbe | undefined): string {
  return probe?.proxy === undefined ? '' : ` through the proxy ${probe.proxy}`;
}
