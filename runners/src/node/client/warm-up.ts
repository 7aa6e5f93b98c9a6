import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { connectToRuntimeApi } from './runtime-connection.ts';

/**
 * Does for a first time what is slow then, so that after the hold only the function's own modules remain: a request, and
 * a translation where TypeScript is translated in this process. Never rejects.
 */
export async function warmUp(address: string | undefined): Promise<void> {
  warmUpTranslator(process.execArgv);
  if (address !== undefined) await connectToRuntimeApi(address).warmUp();
}

/**
 * tsx translates with esbuild, whose service is started by the first file that tsx has not in its cache; after a save
 * there always is one. The module is the very one that tsx has loaded.
 */
function warmUpTranslator(execArgv: readonly string[]): void {
  const loader = execArgv.find((argument) => /[\\/]node_modules[\\/]tsx[\\/]/.test(argument));
  if (loader === undefined || !(loader.startsWith('file:') || isAbsolute(loader))) return;
  try {
    const { transformSync } = createRequire(loader)('esbuild') as {
      transformSync(code: string, options: object): unknown;
    };
    transformSync('', { loader: 'ts' });
  } catch {
    // Another version of tsx, which does it in another way: the first file is slower then.
  }
}
