import { startTunnel, type TunnelProcess } from '../demo/programs.ts';
import type { CloudFacts } from './cloud.ts';
import type { SoakApp } from './soak-app.ts';

/** The tunnels of a run, one after the other. */
export interface Tunnels extends AsyncDisposable {
  /** Of the one that runs. */
  readonly pid: number | undefined;
  /** Processes of the function whose code is never saved, the oldest first; some may have ended. */
  readonly runnerPids: readonly number[];
  /** Starts another one in the place of the one that runs, if any. Resolves when it is ready. */
  exchange(how: 'stop' | 'kill'): Promise<void>;
}

export function createTunnels(app: SoakApp, cloud: CloudFacts): Tunnels {
  const runnerPids: number[] = [];
  let tunnel: TunnelProcess | undefined;
  const start = (): TunnelProcess =>
    startTunnel({
      folder: app.folder,
      assemblyFolder: app.assemblyFolder,
      endpoint: cloud.endpoint,
      variables: {
        AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
        AWS_REGION: cloud.region,
        LIVE_LAMBDA_CONFIG_DIR: app.configFolder,
      },
      onEvent: (event) => {
        if (event.type === 'process-started' && event.function === 'Soak/Echo') runnerPids.push(Number(event.pid));
      },
    });
  return {
    runnerPids,
    get pid() {
      return tunnel?.pid;
    },
    exchange: async (how) => {
      if (how === 'kill' && tunnel?.pid !== undefined) process.kill(tunnel.pid, 'SIGKILL');
      await tunnel?.stop();
      tunnel = start();
      await tunnel.waitFor(({ type }) => type === 'ready');
    },
    [Symbol.asyncDispose]: async () => {
      await tunnel?.stop();
    },
  };
}
