import { lookup } from 'node:dns/promises';
import type { CloudAccess } from '../aws/client-options.ts';
import { useCloud } from '../aws/use-cloud.ts';
import { createDeployedFunctions } from '../functions/deployed-function.ts';
import {
  type CallerIdentity,
  callerIdentity,
  type DeployedApi,
  type FoundApis,
  findApis,
} from '../functions/deployment.ts';
import { chooseCloud } from '../local/choose-cloud.ts';
import { type AgentFor, loadAgentFor, loadAwsAgents } from '../proxy.ts';
import { UserError } from '../user-error.ts';
import type { AppFacts } from './app-facts.ts';
import { PrerequisiteError } from './check.ts';
import type { ComparedCode, LookedUp } from './cloud-checks.ts';
import { compareCode } from './deployed-code.ts';
import type { FactsOptions } from './facts-options.ts';
import { once, subjects } from './gather-once.ts';
import { type ApiProbe, askUnsigned, probeApi } from './probe-api.ts';

/** What AWS, or an emulator of it, says. */
export interface CloudFacts {
  caller(): Promise<CallerIdentity>;
  /** How far this machine's clock is ahead of AWS's; undefined where AWS does not say. */
  clockSkewMs(): Promise<number | undefined>;
  apis(): Promise<FoundApis>;
  /** By name, whether AppSync has an endpoint there; undefined where that could not be asked. */
  regions(): Promise<ReadonlyMap<string, boolean | undefined>>;
  probes(): Promise<readonly ApiProbe[]>;
  functions(): Promise<readonly LookedUp[]>;
  code(): Promise<readonly ComparedCode[]>;
}

const nowMs = () => performance.now();

/** Of whose STS the time is asked where no region is set: any will do. */
const anyRegion = 'us-east-1';

export function gatherCloudFacts(app: AppFacts, { environment, cacheFolder }: FactsOptions): CloudFacts {
  const access = once(subjects.config, async () => {
    const chosen = chooseCloud(await app.project(), { local: undefined, cacheFolder });
    useCloud(chosen.access, environment);
    return chosen.access;
  });
  const agents = once(subjects.config, () => loadAgentFor());
  const caller = once(subjects.credentials, async () => callerIdentity(await access()));
  const apis = once(subjects.deployed, async () => {
    const [{ functions }, where] = await Promise.all([app.app(), access(), caller()]);
    return findApis(functions, where);
  });
  const usableApis = async () => {
    const found = await apis();
    const [fault] = found.faults;
    if (found.apis.length === 0 && fault) throw new PrerequisiteError(subjects.deployed, fault.error);
    return found.apis;
  };
  const functions = once(subjects.deployed, async () => lookUp(await usableApis(), await access()));
  return {
    ...{ caller, apis, functions },
    clockSkewMs: once(subjects.config, async () => {
      const { endpointUrl, region } = await access();
      const where = region ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || anyRegion);
      return clockSkew(new URL(endpointUrl ?? `https://sts.${where}.amazonaws.com/`), await agents());
    }),
    regions: once(subjects.deployed, async () => {
      const { endpointUrl } = await access();
      const names = [...new Set((await usableApis()).map(({ endpoint }) => endpoint.region))];
      const known = names.map(async (name) => [name, await hasAppSync(name, endpointUrl)] as const);
      return new Map(await Promise.all(known));
    }),
    probes: once(subjects.deployed, async () => {
      const { fromNodeProviderChain } = await import('../aws/credentials.ts');
      const credentials = fromNodeProviderChain({ clientConfig: { requestHandler: await loadAwsAgents() } });
      const agentFor = await agents();
      return Promise.all((await usableApis()).map((api) => probeApi(api, { credentials, agentFor, nowMs })));
    }),
    code: once(subjects.deployed, async () => {
      const [{ settings }, lookedUp, templates] = await Promise.all([app.project(), functions(), app.templates()]);
      const live = (await app.app()).functions;
      return compareCode({
        functions: live,
        lookedUp,
        templates,
        assembly: settings.app.value,
        access: await access(),
      });
    }),
  };
}

async function clockSkew(url: URL, agentFor: AgentFor): Promise<number | undefined> {
  const { dateMs } = await askUnsigned(url, agentFor);
  return dateMs === undefined ? undefined : Date.now() - dateMs;
}

async function lookUp(apis: readonly DeployedApi[], access: CloudAccess): Promise<readonly LookedUp[]> {
  const looked = apis.flatMap(({ endpoint, functions }) => {
    const deployed = createDeployedFunctions({ access, region: endpoint.region, nowMs });
    return functions.map(({ described }) =>
      deployed.find(described).then(
        (fn): LookedUp => ({ id: described.id, found: fn }),
        (error: unknown): LookedUp => ({ id: described.id, found: userError(error) }),
      ),
    );
  });
  return Promise.all(looked);
}

/** By the name of its control plane, which exists where the service does. */
async function hasAppSync(region: string, endpointUrl: string | undefined): Promise<boolean | undefined> {
  if (endpointUrl !== undefined) return true;
  try {
    await lookup(`appsync.${region}.amazonaws.com`);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOTFOUND' ? false : undefined;
  }
}

function userError(error: unknown): UserError {
  return error instanceof UserError
    ? error
    : new UserError(String(error), 'Try again with DEBUG=* set, and report it.');
}
