import { projectCommand } from '../project-command.ts';
/** The config file that a project is given. */
export interface NewConfig {
  readonly name: string;
  readonly text: string;
}

const explanation = [
  `// Each setting is also a flag of \`live-lambda tunnel\`; \`${projectCommand('live-lambda config')}\` shows what holds, and why.`,
];

const example = [
  '// A session for each developer, where several have the same stack live:',
  "// session: process.env.USER ?? 'default',",
  "// functions: { 'Stack/Function': { env: { LOG_LEVEL: 'debug' } } },",
];

/**
 * A config in the language of the app, with nothing set. The ending says that it is an ES module where the package does
 * not: TypeScript before 5.8 lets no CommonJS file import this package, which is an ES module.
 */
export function newConfig({
  typescript,
  esModules,
}: {
  readonly typescript: boolean;
  readonly esModules: boolean;
}): NewConfig {
  const ending = (typescript ? ['mts', 'ts'] : ['mjs', 'js'])[esModules ? 1 : 0];
  const lines = typescript
    ? [
        "import { defineConfig } from 'live-lambda';",
        '',
        ...explanation,
        'export default defineConfig({',
        ...example.map((line) => `  ${line}`),
        '});',
      ]
    : [
        ...explanation,
        "/** @type {import('live-lambda').LiveLambdaConfig} */",
        'export default {',
        ...example.map((line) => `  ${line}`),
        '};',
      ];
  return { name: `live-lambda.config.${ending}`, text: `${lines.join('\n')}\n` };
}
