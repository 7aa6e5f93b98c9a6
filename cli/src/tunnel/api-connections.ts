import type { DeployedApi, FoundApis } from '../functions/deployment.ts';
import { UserError } from '../user-error.ts';
import {
  type ApiConnection,
  type ApiConnectionOptions,
  type ConnectionParts,
  createApiConnection,
} from './api-connection.ts';
import { type OpenConnection, type Place, planConnections } from './connection-plan.ts';

/** The connections of a tunnel: one for each Events API that functions of the app call over. */
export interface ApiConnections {
  /**
   * Opens, keeps and closes connections for what was found of the app. Calls must not overlap.
   * @returns why some could not be opened; they are tried again with the next call
   */
  follow(found: FoundApis, place: Place): Promise<readonly UserError[]>;
  /** Asks the tunnels that were there before for the session. */
  takeOver(): Promise<void>;
  /** Leaves all of them. */
  leave(reason: string): Promise<void>;
}

/** What the connections have in common, and who is told when there is none left. */
export interface ApiConnectionsParts extends ConnectionParts {
  /** Other tunnels have taken over what all of them served. */
  readonly onAllHandedOver: () => void;
}

export function createApiConnections(
  parts: ApiConnectionsParts,
  connect: (options: ApiConnectionOptions) => ApiConnection = createApiConnection,
): ApiConnections {
  const connections = new Map<string, OpenConnection & { readonly connection: ApiConnection }>();
  /** Those that another tunnel has taken over: they are not opened again. */
  const handedOver = new Set<string>();
  let left = false;

  /** Names of its stacks, where it is not the only connection. */
  const stacksOf = (key: string) => (connections.size > 1 ? (connections.get(key)?.stacks ?? null) : null);

  function openOne(key: string, api: DeployedApi, place: Place): ApiConnection {
    const shared = parts.sharing.of(place.session);
    const connection = connect({
      ...parts,
      ...place,
      api,
      onHandingOver: (to, unfinished) => shared.handingOver(to, unfinished, stacksOf(key)),
      onHandedOver(to, finished) {
        const stacks = stacksOf(key);
        handedOver.add(key);
        const isLast = connections.size <= 1;
        shared.handedOver(to, finished, stacks, isLast);
        // The last one is left with the tunnel, which ends.
        if (isLast) parts.onAllHandedOver();
        else void leaveOne(key, 'another tunnel took the session over');
      },
    });
    connections.set(key, { key, stacks: api.stacks, connection });
    return connection;
  }

  async function leaveOne(key: string, reason: string): Promise<void> {
    const known = connections.get(key);
    connections.delete(key);
    await known?.connection.leave(reason);
  }

  return {
    async follow(found, place) {
      if (left) return [];
      const plan = planConnections([...connections.values()], found, place);
      for (const { key, stacks, functions } of plan.keep) {
        const known = connections.get(key);
        if (!known) continue;
        connections.set(key, { ...known, stacks });
        known.connection.serve(functions);
      }
      await Promise.all(plan.close.map((key) => leaveOne(key, 'no function of its app is live there any more')));
      // What is opened after the tunnel has left would be left by nobody.
      if (left) return [];
      const opened = await Promise.allSettled(
        plan.open.map(async ({ key, api }) => {
          if (handedOver.has(key)) return;
          const connection = openOne(key, api, place);
          try {
            await connection.open();
          } catch (error) {
            await leaveOne(key, 'it could not be opened');
            throw error;
          }
        }),
      );
      return opened.flatMap((each) => (each.status === 'rejected' ? [asUserError(each.reason)] : []));
    },
    async takeOver() {
      await Promise.all([...connections.values()].map(({ connection }) => connection.takeOver()));
    },
    async leave(reason) {
      left = true;
      await Promise.all([...connections.keys()].map((key) => leaveOne(key, reason)));
    },
  };
}

function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
