// What live-lambda makes of a cloud assembly, in words.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Names of the files that are not the same, byte for byte, in both assemblies. */
export function differingFiles(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => !before.get(name)?.equals(after.get(name) ?? Buffer.alloc(0))).sort();
}

/** The selected functions of all manifests of an assembly, with what a manifest says that is not so. */
export function readFunctions(assembly, folder) {
  const manifests = [...assembly].filter(([name]) => name.endsWith('live-lambda.json'));
  return manifests.flatMap(([name, text]) => {
    const { root, functions } = JSON.parse(text);
    const from = join(folder, name, '..', root);
    return functions.map((fn) => ({ ...fn, missing: missingFiles(fn, from) }));
  });
}

function missingFiles({ status, entry, taskRoot, projectRoot, lockFile, tsconfig, layers }, root) {
  if (status !== 'live') return [];
  const named = [entry, taskRoot, projectRoot, lockFile, tsconfig, ...layers.map(({ folder }) => folder)];
  return named.filter((path) => typeof path === 'string' && !existsSync(join(root, path)));
}

/** Resources by template and logical id; a version's id without the hash of its content. */
function resourcesOf(assembly) {
  const templates = [...assembly].filter(([name]) => name.endsWith('template.json'));
  return new Map(
    templates.flatMap(([name, text]) => {
      const template = JSON.parse(String(text).replace(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1'));
      return Object.entries(template.Resources ?? {}).map(([id, resource]) => [`${name} ${id}`, resource]);
    }),
  );
}

/** What a live deploy changes in each template: properties of functions, resources that come, go or change. */
export function describeChanges(before, after) {
  const [own, live] = [resourcesOf(before), resourcesOf(after)];
  const changed = { changedProperties: new Map(), added: new Map(), others: [] };
  for (const [id, resource] of live) {
    const was = own.get(id);
    if (was === undefined) count(changed.added, resource.Type);
    else if (resource.Type === 'AWS::Lambda::Function') {
      const names = changedNames(was.Properties, resource.Properties).join(', ');
      if (names !== '') count(changed.changedProperties, names);
    } else if (JSON.stringify(was) !== JSON.stringify(resource)) changed.others.push(`${resource.Type} ${id}`);
  }
  const gone = [...own.keys()].filter((id) => !live.has(id));
  return { ...changed, others: [...changed.others, ...gone.map((id) => `${own.get(id).Type} ${id} (gone)`)] };
}

function changedNames(before = {}, after = {}) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).sort();
}

function count(counts, name) {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
