import { fields } from '../aws/assembly-templates.ts';
import { clockVerdict, credentialsVerdict } from './account-checks.ts';
import { freshVerdict, handlersVerdict, releaseVerdict, vpcVerdict } from './app-checks.ts';
import { type Check, failedBy, ok, PrerequisiteError, skipped, type Verdict, warning } from './check.ts';
import {
  codeVerdict,
  deployedVerdict,
  httpVerdict,
  lookUpVerdict,
  permissionsVerdict,
  regionsVerdict,
  rolesVerdict,
  trustVerdict,
  webSocketVerdict,
} from './cloud-checks.ts';
import type { Facts } from './facts.ts';
import { subjects } from './gather-once.ts';
import { nodeVerdict, runtimesVerdict, watchesVerdict } from './machine-checks.ts';
import { roleGrants } from './role-grants.ts';

/** All checks, in the order in which they are shown: what others need comes first. */
export const checks: readonly Check<Facts>[] = [
  { id: 'node', title: 'Node', make: async ({ nodeVersion }) => nodeVerdict(nodeVersion) },
  {
    id: 'config',
    title: subjects.config,
    make: about(subjects.config, async (facts) => ok((await facts.project()).loaded?.file ?? 'none, defaults hold')),
  },
  { id: 'manifest', title: subjects.manifest, make: about(subjects.manifest, manifest) },
  {
    id: 'fresh',
    title: 'Synth is fresh',
    make: async (facts) => {
      const { newest, synthesizedMs } = await facts.freshness();
      return freshVerdict(newest, synthesizedMs);
    },
  },
  { id: 'handlers', title: 'Handlers', make: async (facts) => handlersVerdict(await facts.handlers()) },
  { id: 'runtimes', title: 'Runtimes', make: async (facts) => runtimesVerdict(await facts.nodes()) },
  {
    id: 'release',
    title: 'Versions',
    make: async (facts) => releaseVerdict(await facts.constructVersion(), facts.release),
  },
  { id: 'watches', title: 'File watches', make: async (facts) => watchesVerdict(await facts.watchLimits()) },
  { id: 'key', title: subjects.key, make: about(subjects.key, key) },
  { id: 'credentials', title: subjects.credentials, make: about(subjects.credentials, credentials) },
  { id: 'clock', title: 'Clock', make: clock },
  {
    id: 'deployed',
    title: subjects.deployed,
    make: about(subjects.deployed, async (facts) => {
      const { apis, faults } = await facts.apis();
      return deployedVerdict(apis, faults);
    }),
  },
  { id: 'region', title: 'Region', make: async (facts) => regionsVerdict(await facts.regions()) },
  { id: 'http', title: 'API by HTTP', make: async (facts) => httpVerdict(await facts.probes()) },
  { id: 'websocket', title: 'API by WebSocket', make: async (facts) => webSocketVerdict(await facts.probes()) },
  { id: 'permissions', title: 'Your permissions', make: async (facts) => permissionsVerdict(await facts.probes()) },
  { id: 'functions', title: 'Functions in AWS', make: async (facts) => lookUpVerdict(await facts.functions()) },
  { id: 'stub', title: 'Deployed stubs', make: async (facts) => codeVerdict(await facts.code()) },
  {
    id: 'trust',
    title: 'Trusted keys',
    make: async (facts) => {
      const [functions, identity] = await Promise.all([facts.functions(), facts.key()]);
      return trustVerdict(functions, identity?.fingerprint);
    },
  },
  {
    id: 'roles',
    title: 'Roles of functions',
    make: async (facts) => {
      const [{ functions }, templates] = await Promise.all([facts.app(), facts.templates()]);
      return rolesVerdict(
        roleGrants(
          functions.map(({ described }) => described),
          templates,
        ),
      );
    },
  },
  { id: 'vpc', title: 'VPC', make: vpc },
];

/** The check that is about something says what is wrong with it; all others say that they need it. */
function about(subject: string, make: (facts: Facts) => Promise<Verdict>): (facts: Facts) => Promise<Verdict> {
  return (facts) =>
    make(facts).catch((error: unknown) => {
      if (error instanceof PrerequisiteError && error.of === subject) return failedBy(error.error);
      throw error;
    });
}

async function manifest(facts: Facts): Promise<Verdict> {
  const { app, session, functions, refused } = await facts.app();
  const live = functions.length === 1 ? '1 live function' : `${functions.length} live functions`;
  const [first] = refused;
  if (!first) return ok(`app ${app}, session ${session}, ${live}`);
  const more = refused.length === 1 ? '' : `, and ${refused.length - 1} more`;
  return warning(
    `${live}; ${first.id} cannot be live${more}: ${first.reason}`,
    'Leave it as it is, or change it as the reason says.',
  );
}

async function key(facts: Facts): Promise<Verdict> {
  const identity = await facts.key();
  if (identity) return ok(identity.fingerprint);
  return warning(
    'You have no key yet.',
    'It is made at your first deploy in live mode or tunnel; stubs trust those that were there at the deploy.',
  );
}

async function credentials(facts: Facts): Promise<Verdict> {
  const [caller, app] = await Promise.all([facts.caller(), facts.app().catch(() => undefined)]);
  const accounts = (app?.functions ?? []).flatMap(({ described: { account } }) => (account === null ? [] : [account]));
  return credentialsVerdict(caller, accounts);
}

async function clock(facts: Facts): Promise<Verdict> {
  const skewMs = await facts.clockSkewMs();
  return skewMs === undefined ? skipped('AWS did not tell its time') : clockVerdict(skewMs);
}

async function vpc(facts: Facts): Promise<Verdict> {
  const [{ functions }, templates] = await Promise.all([facts.app(), facts.templates()]);
  const inVpc = functions.flatMap(({ described }) => (described.vpc ? [described.id] : []));
  const types = templates.flatMap(({ resources }) => Object.values(resources).map((each) => fields(each).Type));
  return vpcVerdict(inVpc, types.includes('AWS::EC2::NatGateway'));
}
