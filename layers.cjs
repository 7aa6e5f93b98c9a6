// Who may import whom. Arrows only point down: cli, emulator and stub stand on runners and protocol; construct, which
// runs inside the user's CDK app, stands on nothing of ours at run time.
const folders = ['protocol', 'runners', 'stub', 'construct', 'emulator', 'cli', 'sample-app'];

/** What each folder may import of the others, by folder; everything else is an error. */
const allowed = {
  protocol: [],
  runners: [],
  stub: ['protocol', 'runners'],
  construct: [],
  emulator: ['protocol', 'runners'],
  cli: ['protocol', 'runners', 'emulator'],
  'sample-app': ['construct', 'emulator', 'runners', 'cli', 'protocol'],
};

const directions = folders.map((folder) => ({
  name: `${folder}-imports-${allowed[folder].join('-and-') || 'nobody'}`,
  severity: 'error',
  comment: `${folder}/ may import ${allowed[folder].join(', ') || 'no other folder of ours'}.`,
  from: { path: `^${folder}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: `^(${folders.filter((other) => other !== folder && !allowed[folder].includes(other)).join('|')})/`,
    // A type is erased: it costs nothing at run time.
    ...(folder === 'construct' ? { preCompilationOnly: false } : {}),
  },
}));

module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'stub-imports-the-runtime-api-only',
      severity: 'error',
      comment: 'Of runners/ the stub takes the Runtime API server, which imports Node alone.',
      from: { path: '^stub/src' },
      to: { path: '^runners/', pathNot: '^runners/(dist|src)/runtime-api/' },
    },
    {
      name: 'runtime-api-imports-node-only',
      severity: 'error',
      comment: 'The Runtime API server is bundled into the stub.',
      from: { path: '^runners/src/runtime-api/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^runners/src/(runtime-api/|invocation\\.ts)', dependencyTypesNot: ['core', 'type-only'] },
    },
    {
      name: 'link-knows-no-service',
      severity: 'error',
      comment: 'The link works over any channel: nothing below or beside it knows AppSync but its own folder.',
      from: { path: '^protocol/src', pathNot: '^protocol/src/appsync/|\\.test\\.ts$' },
      to: { path: '^protocol/src/appsync/' },
    },
    {
      name: 'only-wire-knows-the-generated-code',
      severity: 'error',
      comment: 'What is generated and how messages are encoded stays in one folder.',
      from: { path: '^protocol/src', pathNot: '^protocol/src/wire/' },
      to: { path: '^protocol/generated' },
    },
    {
      name: 'only-one-file-starts-processes',
      severity: 'error',
      comment: 'Processes are started under supervision, so that none is left behind.',
      from: {
        path: '^(runners|emulator|cli)/src',
        // The scripts that write documents are no part of a program.
        pathNot: '^runners/src/process/|^cli/src/documents/|\\.test\\.ts$',
      },
      to: { path: '^(node:)?child_process$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      // The kit's vitest is an optional peer, which is taken for an undeclared package.
      from: { pathNot: '\\.test\\.(ts|mjs)$|^protocol/generated/|^runners/src/kit/|vitest\\.config\\.mjs$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^@domain/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: 'fixtures/|cdk\\.out|\\.live-lambda/|clients/amplify/' },
    includeOnly: undefined,
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
