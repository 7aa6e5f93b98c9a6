import { context } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { applyEsbuildArguments } from './esbuild-arguments.ts';

describe('esbuildArgs of CDK', () => {
  it.each<[string, Readonly<Record<string, string | boolean>>, object]>([
    ['a switch', { '--keep-names': true }, { keepNames: true }],
    ['a switch without dashes', { 'keep-names': true }, { keepNames: true }],
    ['an empty text as a switch', { '--ignore-annotations': '' }, { ignoreAnnotations: true }],
    ['a switch turned off', { '--tree-shaking': 'false' }, { treeShaking: false }],
    ['nothing of what is false', { '--minify': false }, {}],
    ['a text', { '--legal-comments': 'none' }, { legalComments: 'none' }],
    ['a number', { '--line-limit': '80' }, { lineLimit: 80 }],
    ['a regular expression', { '--mangle-props': '_$' }, { mangleProps: /_$/ }],
    ['a list', { '--resolve-extensions': '.ts,.js' }, { resolveExtensions: ['.ts', '.js'] }],
    ['targets', { '--target': 'node20,es2022' }, { target: ['node20', 'es2022'] }],
    ['an item in the name', { '--external:sharp': true }, { external: ['sharp'] }],
    ['an item joined by a colon', { '--drop': 'console' }, { drop: ['console'] }],
    ['a pair joined by a colon', { '--alias': 'a=./b' }, { alias: { a: './b' } }],
    ['a pair in the name', { '--loader:.html': 'text' }, { loader: { '.html': 'text' } }],
    ['a value with an equals sign', { '--define:A': '"x=y"' }, { define: { A: '"x=y"' } }],
    ['a banner', { '--banner:js': '/*x*/' }, { banner: { js: '/*x*/' } }],
    ['a feature', { '--supported:bigint': 'false' }, { supported: { bigint: false } }],
    ['nothing of where output goes', { '--outdir': 'x', '--log-level': 'verbose', '--watch-delay': '5' }, {}],
  ])('say %s', (_what, esbuildArgs, options) => {
    expect(applyEsbuildArguments({}, esbuildArgs).options).toEqual(options);
  });

  it('add to what bundling options say', () => {
    const given = { external: ['@aws-sdk/*'], define: { A: '1' } };
    const { options } = applyEsbuildArguments(given, { '--external:pg': true, '--define:B': '2' });
    expect(options).toEqual({ external: ['@aws-sdk/*', 'pg'], define: { A: '1', B: '2' } });
    expect(given).toEqual({ external: ['@aws-sdk/*'], define: { A: '1' } });
  });

  it('are named where esbuild has no such option', () => {
    expect(applyEsbuildArguments({}, { '--sorcery': 'x', '--Format': 'esm' }).ignored).toEqual([
      'sorcery=x',
      'Format=esm',
    ]);
  });

  it('become options that esbuild takes', async () => {
    const { options } = applyEsbuildArguments(
      { entryPoints: [import.meta.filename], bundle: true, write: false, logLevel: 'silent' },
      {
        '--platform': 'node',
        '--packages': 'external',
        '--format': 'esm',
        '--charset': 'utf8',
        '--jsx': 'automatic',
        '--jsx-dev': true,
        '--jsx-import-source': 'x',
        '--drop-labels': 'DEV',
        '--conditions': 'a,b',
        '--pure': 'f',
        '--log-override': 'empty-glob=error',
        '--public-path': 'p',
        '--asset-names': '[name]',
        '--chunk-names': '[name]',
        '--source-root': 's',
        '--preserve-symlinks': true,
        '--mangle-quoted': true,
        '--reserve-props': 'x$',
        '--tsconfig-raw': '{}',
        '--jsx-factory': 'h',
        '--jsx-fragment': 'F',
        '--jsx-side-effects': true,
        '--minify-syntax': true,
        '--minify-identifiers': true,
        '--minify-whitespace': true,
        '--abs-paths': 'code',
        '--main-fields': 'module',
        '--sources-content': 'false',
        '--footer:js': '/**/',
        '--inject': import.meta.filename,
      },
    );
    const built = await context(options);
    await built.dispose();
  });
});
