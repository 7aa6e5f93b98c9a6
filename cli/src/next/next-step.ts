import { projectCommand } from '../project-command.ts';
/** What a folder has of live-lambda, as far as it could be found out. */
export interface Surroundings {
  /** The folders of CDK apps, relative to the current one; `.` for itself. */
  readonly apps: readonly string[];
  /** Whether the only app uses live-lambda; undefined where that cannot be told. */
  readonly attached: boolean | undefined;
  readonly live: LiveState;
}

export type LiveState =
  | { readonly state: 'not-synthesized' }
  /** Synthesized, and not to be run; `reason` says why, in a sentence. */
  | { readonly state: 'not-live'; readonly reason: string }
  | {
      readonly state: 'live';
      /** How many functions are live. */
      readonly functions: number;
      readonly app: string;
      readonly deployed: DeployedState;
    };

export type DeployedState =
  | { readonly state: 'deployed' }
  /** Into the emulator of a `live-lambda local` that runs. */
  | { readonly state: 'local' }
  | { readonly state: 'not-deployed'; readonly stacks: readonly string[] }
  /** AWS could not be asked; `reason` says why, in a sentence. */
  | { readonly state: 'unknown'; readonly reason: string };

/** What to do next in a folder. */
export interface NextStep {
  readonly state:
    | 'no-app'
    | 'several-apps'
    | 'not-attached'
    | 'not-live'
    | 'not-deployed'
    | 'unknown'
    | 'ready'
    | 'local';
  /** Where things stand. */
  readonly says: string;
  /** In the order in which they are to be tried. */
  readonly commands: readonly { readonly command: string; readonly does: string }[];
}

const initialize = {
  command: projectCommand('live-lambda init'),
  does: 'adds live-lambda to the app, and shows first what it changes',
};
const deploy = { command: projectCommand('live-lambda deploy'), does: 'deploys the app with all its functions live' };
const deployOne = { command: projectCommand('live-lambda deploy <function>'), does: 'the same with one of them' };
const local = { command: projectCommand('live-lambda local'), does: 'tries it on this machine, without AWS' };
const tunnel = {
  command: projectCommand('live-lambda tunnel'),
  does: 'runs the invocations of the live functions here',
};
const invoke = { command: projectCommand("live-lambda invoke <function> --event '{}'"), does: 'calls one of them' };
const doctor = { command: projectCommand('live-lambda doctor'), does: 'looks for what is wrong' };

/** The one next step, and what else may be meant. */
export function nextStep({ apps, attached, live }: Surroundings): NextStep {
  const [app, ...others] = apps;
  if (app === undefined) {
    const does = 'makes a CDK app in an empty folder; in the folder of one that is there, run live-lambda again';
    const says = 'There is no CDK app here: no cdk.json in this folder, above it or below it.';
    return { state: 'no-app', says, commands: [{ command: 'npx cdk init app --language typescript', does }] };
  }
  if (others.length > 0) {
    const commands = apps.map((each) => ({
      command: `cd ${each} && ${projectCommand('live-lambda')}`,
      does: 'says what to do for this one',
    }));
    return { state: 'several-apps', says: `There are ${apps.length} CDK apps below this folder.`, commands };
  }
  if (live.state === 'live') return afterSynth(live);
  const name = app === '.' ? 'The CDK app of this folder' : `The CDK app in ${app}`;
  if (attached === false)
    return { state: 'not-attached', says: `${name} does not use live-lambda yet.`, commands: [initialize] };
  const says = live.state === 'not-live' ? live.reason : `${name} was not synthesized in live mode yet.`;
  return { state: 'not-live', says, commands: [...(attached ? [] : [initialize]), deploy, deployOne, local] };
}

function afterSynth({ functions, app, deployed }: Extract<LiveState, { state: 'live' }>): NextStep {
  const count = functions === 1 ? '1 function' : `${functions} functions`;
  const says = `${count} of app "${app}" ${functions === 1 ? 'is' : 'are'} live`;
  switch (deployed.state) {
    case 'deployed':
      return { state: 'ready', says: `${says}, and deployed.`, commands: [tunnel] };
    case 'local':
      return { state: 'local', says: `${says} in the emulator of live-lambda local, which runs.`, commands: [invoke] };
    case 'not-deployed':
      return {
        state: 'not-deployed',
        says: `${says} as of the last live synth, and not deployed: ${deployed.stacks.join(', ')}.`,
        commands: [deploy, deployOne, local],
      };
    case 'unknown':
      return {
        state: 'unknown',
        says: `${says} as of the last live synth. Whether they are deployed could not be asked. ${deployed.reason}`,
        commands: [doctor, deploy, tunnel, local],
      };
  }
}

/** For a terminal. */
export function nextStepText({ says, commands }: NextStep): string {
  const width = Math.max(...commands.map(({ command }) => command.length));
  const lines = commands.map(({ command, does }) => `  ${command.padEnd(width)}  ${does}`);
  return [says, '', ...lines, '', `All commands: ${projectCommand('live-lambda help')}`].join('\n');
}
