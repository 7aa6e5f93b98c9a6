import type { FoundApis } from '../functions/deployment.ts';
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
  /** Leaves all of them. */
  leave(reason: string): Promise<void>;
}

export function createApiConnections(
  parts: ConnectionParts,
  connect: (options: ApiConnectionOptions) => ApiConnection = createApiConnection,
): ApiConnections {
  const connections = new Map<string, OpenConnection & { readonly connection: ApiConnection }>();
  let left = false;

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
          const connection = connect({ ...parts, ...place, api });
          connections.set(key, { key, stacks: api.stacks, connection });
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
