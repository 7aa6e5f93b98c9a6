import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';

/** Whether a source file is loaded by `import` or by `require`, by its extension or else by the nearest package.json. */
export function isEsModule(file: string): boolean {
  switch (extname(file)) {
    case '.mjs':
    case '.mts':
      return true;
    case '.cjs':
    case '.cts':
      return false;
    default:
      return isEsModuleFolder(dirname(resolve(file)));
  }
}

/**
 * Whether `.js` files in a folder are ES modules: the nearest package.json says `"type": "module"`. The search goes up
 * to a `node_modules`, as in Lambda's runtime.
 */
export function isEsModuleFolder(folder: string): boolean {
  if (basename(folder) === 'node_modules') return false;
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) return readType(manifest) === 'module';
  const parent = dirname(folder);
  return parent !== folder && isEsModuleFolder(parent);
}

function readType(manifest: string): unknown {
  try {
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return typeof parsed === 'object' && parsed !== null && 'type' in parsed ? parsed.type : undefined;
  } catch (error) {
    process.emitWarning(`${manifest} cannot be read and does not count for module formats: ${String(error)}`);
    return undefined;
  }
}
