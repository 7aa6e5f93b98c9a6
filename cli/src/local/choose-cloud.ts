import type { CloudAccess } from '../aws/client-options.ts';
import type { Project } from '../project.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import { isOfApp, type LocalRecord, runningLocals } from './local-record.ts';

export interface CloudWish {
  /** True for the emulator of a running `live-lambda local`, false for never; where one runs for the app if undefined. */
  readonly local: boolean | undefined;
  readonly cacheFolder: string;
}

/** Which cloud a command talks to. */
export interface ChosenCloud {
  readonly access: CloudAccess;
  /** Whether it is the emulator of a running `live-lambda local`. */
  readonly isLocal: boolean;
}

/**
 * AWS, the endpoint that is set, or the emulator that runs for this app.
 * @throws UserError when an emulator is wished for and none runs
 */
export function chooseCloud({ settings }: Pick<Project, 'settings'>, { local, cacheFolder }: CloudWish): ChosenCloud {
  const endpoint = settings.endpoint.value;
  const aws: ChosenCloud = { access: { endpointUrl: endpoint }, isLocal: false };
  if (local === false) return aws;
  const running = runningLocals(cacheFolder);
  const found = running.find((record) =>
    endpoint === undefined || local === true
      ? isOfApp(record, settings.app.value)
      : sameOrigin(record.endpoint, endpoint),
  );
  if (found) return { access: accessTo(found), isLocal: true };
  if (local === undefined) return aws;
  const others = running.map(({ assembly }) => assembly).join(', ');
  throw new UserError(
    `No emulator runs for ${settings.app.value}${others === '' ? '' : `, only for ${others}`}.`,
    `Start one in another terminal with \`${projectCommand('live-lambda local')}\`, or leave out --local to call AWS.`,
  );
}

/** The emulator that a record tells of. */
export function accessTo({ endpoint, region, accessKeyId, secretAccessKey }: LocalRecord): CloudAccess {
  return { endpointUrl: endpoint, region, credentials: { accessKeyId, secretAccessKey } };
}

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}
