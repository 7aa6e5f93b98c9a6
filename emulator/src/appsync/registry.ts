import type { AuthorizationMode, ChannelNamespace } from './event-api.ts';
import type { ChannelHandlers } from './handlers/compile-handlers.ts';
import {
  type EventApiServer,
  type EventApiServerOptions,
  type EventApiSettings,
  startEventApiServer,
} from './server.ts';

/** An API as its template describes it, without its namespaces. */
export interface ApiDefinition {
  readonly apiId: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly connectionModes: readonly AuthorizationMode[];
  readonly defaultPublishModes: readonly AuthorizationMode[];
  readonly defaultSubscribeModes: readonly AuthorizationMode[];
}

/** A namespace as its template describes it. Where it names no modes, those of the API hold. */
export interface NamespaceDefinition {
  readonly name: string;
  readonly publishModes: readonly AuthorizationMode[] | undefined;
  readonly subscribeModes: readonly AuthorizationMode[] | undefined;
  readonly handlers: ChannelHandlers | undefined;
}

/** All Event APIs of the emulator, each with a server that runs. */
export interface EventApiRegistry {
  /** Starts an API, or changes one that runs. Gives its host, `127.0.0.1:PORT`. */
  put(definition: ApiDefinition): Promise<string>;
  remove(apiId: string): Promise<void>;
  /** `false` when there is no such API. */
  putNamespace(apiId: string, namespace: NamespaceDefinition): boolean;
  removeNamespace(apiId: string, name: string): void;
  /** The faults have other settings from now on. */
  faultsChanged(): void;
  /** Cuts every WebSocket of every API. */
  disconnectAll(): void;
  /** Makes every WebSocket of every API go silent while its TCP connection stays up. */
  halfOpenAll(): void;
  close(): Promise<void>;
}

interface RunningApi {
  readonly server: EventApiServer;
  readonly definition: ApiDefinition;
  readonly namespaces: ReadonlyMap<string, NamespaceDefinition>;
}

const settingsOf = (api: Omit<RunningApi, 'server'>): EventApiSettings => {
  const { defaultPublishModes, defaultSubscribeModes, ...definition } = api.definition;
  const namespaces = [...api.namespaces.values()].map((namespace): [string, ChannelNamespace] => [
    namespace.name,
    {
      name: namespace.name,
      publishModes: namespace.publishModes ?? defaultPublishModes,
      subscribeModes: namespace.subscribeModes ?? defaultSubscribeModes,
      handlers: namespace.handlers,
    },
  ]);
  return { ...definition, namespaces: new Map(namespaces) };
};

export const createEventApiRegistry = (options: Omit<EventApiServerOptions, 'settings'>): EventApiRegistry => {
  const apis = new Map<string, RunningApi>();

  const change = (api: RunningApi): void => {
    apis.set(api.definition.apiId, api);
    api.server.update(settingsOf(api));
  };
  const start = async (definition: ApiDefinition): Promise<RunningApi> => {
    const namespaces = new Map<string, NamespaceDefinition>();
    const server = await startEventApiServer({ ...options, settings: settingsOf({ definition, namespaces }) });
    return { server, definition, namespaces };
  };

  const eachServer = (task: (server: EventApiServer) => void): void => {
    for (const { server } of apis.values()) task(server);
  };

  return {
    put: async (definition) => {
      const running = apis.get(definition.apiId) ?? (await start(definition));
      change({ ...running, definition });
      return running.server.api.host;
    },
    remove: async (apiId) => {
      const running = apis.get(apiId);
      apis.delete(apiId);
      await running?.server.close();
    },
    putNamespace: (apiId, namespace) => {
      const running = apis.get(apiId);
      if (running) change({ ...running, namespaces: new Map(running.namespaces).set(namespace.name, namespace) });
      return running !== undefined;
    },
    removeNamespace: (apiId, name) => {
      const running = apis.get(apiId);
      if (!running) return;
      change({ ...running, namespaces: new Map([...running.namespaces].filter(([other]) => other !== name)) });
    },
    faultsChanged: () => eachServer((server) => server.faultsChanged()),
    disconnectAll: () => eachServer((server) => server.disconnectAll()),
    halfOpenAll: () => eachServer((server) => server.halfOpenAll()),
    close: async () => {
      await Promise.all([...apis.values()].map(({ server }) => server.close()));
      apis.clear();
    },
  };
};
