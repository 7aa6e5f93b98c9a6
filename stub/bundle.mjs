// Makes dist/stub.zip: the stub as one file, what the mode `fallback` and the door `handler` add as two others, and the
// program that Lambda starts instead of the runtime.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';

const here = import.meta.dirname;
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

const require = createRequire(join(here, '..', 'protocol', 'package.json'));

/** Of some packages the stub needs a part, and its size is what every cold start loads. */
const parts = {
  name: 'parts',
  setup({ onResolve, onLoad }) {
    const onlyPart = (filter, contents) => {
      onResolve({ filter }, ({ path }) => ({ path, namespace: 'part' }));
      onLoad({ filter, namespace: 'part' }, () => ({ contents, resolveDir: here, loader: 'js' }));
    };
    // The client without the server.
    const client = JSON.stringify(join(dirname(require.resolve('ws')), 'lib', 'websocket.js'));
    onlyPart(/^ws$/, `import WebSocket from ${client}; export { WebSocket };`);
    // Compression of the connection itself, which is never offered: what is sealed does not shrink.
    onlyPart(
      /\/permessage-deflate$/,
      `module.exports = class PerMessageDeflate { static get extensionName() { return 'permessage-deflate'; } };`,
    );
    // Numbers of 64 bits are read as doubles, which are checked for their range.
    onlyPart(/^long$/, 'export default undefined;');
    // Lambda's Node has OpenSSL, so that the hash in JavaScript is never asked for.
    onlyPart(/^@aws-crypto\/sha256-js$/, 'export const Sha256 = undefined;');
  },
};

/**
 * What only the mode `fallback` or the door `handler` needs lies beside the stub, so that other cold starts do not load
 * it; the door takes everything else out of the stub.
 */
const beside = {
  name: 'beside',
  setup({ onResolve }) {
    onResolve({ filter: /\/open-deployed-code\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './deployed-code.cjs', external: true } : undefined,
    );
    onResolve({ filter: /\/main\.js$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: './stub.cjs', external: true } : undefined,
    );
  },
};

const options = {
  plugins: [parts, beside],
  bundle: true,
  minify: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // Optional native helpers of the WebSocket library, which goes on without them.
  external: ['bufferutil', 'utf-8-validate'],
  define: { __RELEASE__: JSON.stringify(version) },
  logLevel: 'warning',
};
/** For the coverage of tests: the same bundles once more in a folder of their own, each with a map to its sources. */
const mapped = process.argv.includes('--with-maps') ? join(here, 'dist', 'with-maps') : undefined;
const bundled = async (program, { file, footer = '' }) => {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(here, 'dist', program)],
    outfile: join(mapped ?? here, file),
    footer: { js: footer },
    sourcemap: mapped ? 'external' : false,
  });
  if (mapped) {
    mkdirSync(mapped, { recursive: true });
    for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  }
  return outputFiles.find(({ path }) => path.endsWith(file)).contents;
};

// The same file is the program of one door, and a module of the other.
const stub = await bundled('main.js', {
  file: 'stub.cjs',
  footer: 'if(require.main===module)module.exports.start();',
});
const handler = await bundled('handler.js', { file: 'handler.js' });
const deployedCode = await bundled('open-deployed-code.js', { file: 'deployed-code.cjs' });

// The same bytes on every machine, so that an unchanged stub is not uploaded again: sorted names, a fixed time in
// the zip's local format, modes as Unix attributes, in which the run bit survives Windows.
const entry = (mode) => ({ os: 3, attrs: ((0o100000 | mode) << 16) >>> 0, level: 9, mtime: new Date(1980, 0, 1) });
const start = readFileSync(join(here, 'start.sh'), 'utf8').replaceAll('\r\n', '\n');
const zip = zipSync({
  'live-lambda/start': [new TextEncoder().encode(start), entry(0o755)],
  'live-lambda/stub.cjs': [stub, entry(0o644)],
  // Named as hosts of their own making find a handler, of which some know no .cjs; so it is said what it is.
  'live-lambda/handler.js': [handler, entry(0o644)],
  'live-lambda/package.json': [new TextEncoder().encode('{"type":"commonjs"}\n'), entry(0o644)],
  'live-lambda/deployed-code.cjs': [deployedCode, entry(0o644)],
});

mkdirSync(join(here, 'dist'), { recursive: true });
writeFileSync(join(here, 'dist', 'stub.cjs'), stub);
writeFileSync(join(here, 'dist', 'deployed-code.cjs'), deployedCode);
writeFileSync(join(here, 'dist', 'stub.zip'), zip);
console.log(
  `stub.zip: ${zip.length} bytes, the stub itself ${stub.length}, deployed code ${deployedCode.length}, door handler ${handler.length}`,
);
