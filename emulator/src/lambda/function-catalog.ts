import { type FunctionConfiguration, latestVersion } from './function-configuration.ts';
import type { FunctionReference } from './function-name.ts';

interface CatalogEntry {
  readonly latest: FunctionConfiguration;
  readonly versions: ReadonlyMap<string, FunctionConfiguration>;
  /** Alias -> version. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** All functions, their published versions and their aliases. */
export interface FunctionCatalog {
  /** The configuration of `$LATEST`. */
  put(configuration: FunctionConfiguration): void;
  remove(functionName: string): void;
  /** Publishes `$LATEST` and gives the number; `undefined` when there is no such function. */
  publish(functionName: string, description: string): string | undefined;
  /** `false` when there is no such function. */
  putAlias(functionName: string, alias: string, version: string): boolean;
  /** The version that a reference means. */
  find(reference: FunctionReference): FunctionConfiguration | undefined;
  /** Every function as last deployed, by name. */
  list(): readonly FunctionConfiguration[];
}

export const createFunctionCatalog = (): FunctionCatalog => {
  const entries = new Map<string, CatalogEntry>();
  return {
    put: (configuration) => {
      const existing = entries.get(configuration.functionName);
      const { versions, aliases } = existing ?? { versions: new Map(), aliases: new Map() };
      entries.set(configuration.functionName, { latest: configuration, versions, aliases });
    },
    remove: (functionName) => {
      entries.delete(functionName);
    },
    publish: (functionName, description) => {
      const entry = entries.get(functionName);
      if (!entry) return undefined;
      const version = String(entry.versions.size + 1);
      const published = { ...entry.latest, version, description: description || entry.latest.description };
      entries.set(functionName, { ...entry, versions: new Map(entry.versions).set(version, published) });
      return version;
    },
    putAlias: (functionName, alias, version) => {
      const entry = entries.get(functionName);
      if (!entry) return false;
      entries.set(functionName, { ...entry, aliases: new Map(entry.aliases).set(alias, version) });
      return true;
    },
    find: ({ functionName, qualifier = latestVersion }) => {
      const entry = entries.get(functionName);
      if (!entry || qualifier === latestVersion) return entry?.latest;
      return entry.versions.get(entry.aliases.get(qualifier) ?? qualifier);
    },
    list: () =>
      [...entries.values()].map(({ latest }) => latest).sort((a, b) => (a.functionName < b.functionName ? -1 : 1)),
  };
};
