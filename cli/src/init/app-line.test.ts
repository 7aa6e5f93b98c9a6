import { describe, expect, it } from 'vitest';
import { addAppLine } from './app-line.ts';

function edited(text: string): string {
  const line = addAppLine(text);
  if (line.result !== 'edited') return expect.unreachable(JSON.stringify(line));
  expect(addAppLine(line.text)).toEqual({ result: 'present' });
  return line.text;
}

describe('the line in a CDK app', () => {
  it('stands right behind the App, its import behind that of the CDK', () => {
    const text = `#!/usr/bin/env node
import * as cdk from 'aws-cdk-lib';
import { ShopStack } from '../lib/shop-stack';

const app = new cdk.App(); // the app
new ShopStack(app, 'Shop');
`;
    expect(edited(text)).toBe(`#!/usr/bin/env node
import * as cdk from 'aws-cdk-lib';
import { LiveLambda } from 'live-lambda-cdk';
import { ShopStack } from '../lib/shop-stack';

const app = new cdk.App(); // the app
LiveLambda.attach(app);
new ShopStack(app, 'Shop');
`);
  });

  it.each([
    ['named imports', `import { App, Stack } from 'aws-cdk-lib';\nconst app = new App();\n`],
    ['another name', `import { App as Root } from 'aws-cdk-lib/core';\nconst root = new Root({ context: {} });\n`],
    ['import = require', `import cdk = require('aws-cdk-lib');\nconst app = new cdk.App();\n`],
    ['an exported app', `import * as cdk from 'aws-cdk-lib';\nexport const app = new cdk.App();\nnew S(app);\n`],
    ['an assignment', `import * as cdk from 'aws-cdk-lib';\nlet app: cdk.App;\napp = new cdk.App();\nnew S(app);\n`],
    ['a class of its own', `import { ShopApp } from './shop-app';\nconst app = new ShopApp();\n`],
    ['top-level await', `import { App } from 'aws-cdk-lib';\nawait prepare();\nconst app = new App();\nnew S(app);\n`],
  ])('is found a place with %s', (_what, text) => {
    expect(edited(text)).toMatch(/new [\w.]+\(.*\);\nLiveLambda\.attach\((app|root)\);\n/);
    expect(edited(text)).toMatch(/^import .*\nimport \{ LiveLambda \} from 'live-lambda-cdk';\n/);
  });

  it('is written as the program is: require, quotes, semicolons, indentation, line ends', () => {
    expect(
      edited(`const cdk = require("aws-cdk-lib")\nfunction main() {\n\tconst app = new cdk.App()\n\tnew S(app)\n}\n`),
    ).toBe(
      `const cdk = require("aws-cdk-lib")\nconst { LiveLambda } = require("live-lambda-cdk")\nfunction main() {\n\tconst app = new cdk.App()\n\tLiveLambda.attach(app)\n\tnew S(app)\n}\n`,
    );
    expect(edited(`const { App } = require('aws-cdk-lib');\r\nconst app = new App();\r\n`)).toBe(
      `const { App } = require('aws-cdk-lib');\r\nconst { LiveLambda } = require('live-lambda-cdk');\r\nconst app = new App();\r\nLiveLambda.attach(app);\r\n`,
    );
    expect(edited(`import { App } from 'aws-cdk-lib';\nconst app = new App(); new S(app);\n`)).toContain(
      `new App();\nLiveLambda.attach(app); new S(app);`,
    );
  });

  it('uses an import that is there already', () => {
    const text = `import { App } from 'aws-cdk-lib';\nimport { LiveLambda as Live } from 'live-lambda-cdk';\nconst app = new App();\n`;
    expect(edited(text)).toBe(`${text}Live.attach(app);\n`);
    const all = `import { App } from 'aws-cdk-lib';\nimport * as live from 'live-lambda-cdk';\nconst app = new App();\n`;
    expect(edited(all)).toBe(`${all}live.LiveLambda.attach(app);\n`);
  });

  it('is there already, whatever it is given', () => {
    const text = `import { App } from 'aws-cdk-lib';\nimport { LiveLambda } from 'live-lambda-cdk';\nconst app = new App();\nLiveLambda.attach(app, { session: 'ada' });\n`;
    expect(addAppLine(text)).toEqual({ result: 'present' });
  });

  it.each([
    [`import { App } from '@aws-cdk/core';\nconst app = new App();`, 'version 1 of the CDK'],
    [`import { App } from 'aws-cdk-lib';\nnew ShopStack(new App(), 'Shop');`, 'has no statement like'],
    [`import { App } from 'aws-cdk-lib';\nconst app = new App(), stack = new S(app);`, 'has no statement like'],
    [`import { App } from 'aws-cdk-lib';\nconst app = new App();\nconst other = new App();`, 'more than one App'],
    [`import { App } from './framework';\nconst shop = new App();`, 'has no statement like'],
    ['const app = = new App();', 'cannot be read'],
  ])('is left to its author in %j', (text, reason) => {
    expect(addAppLine(text)).toEqual({ result: 'by-hand', reason: expect.stringContaining(reason) });
  });
});
