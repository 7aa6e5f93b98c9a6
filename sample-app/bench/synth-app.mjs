// A CDK app of many bundled functions, and nothing else. Tells over IPC how long it took to make them, and to synthesize.
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LiveLambda } from 'live-lambda-cdk';

const [sources, count] = process.argv.slice(2);

const startMs = performance.now();
const app = new App();
LiveLambda.attach(app);
const stack = new Stack(app, 'ManyFunctions');
for (let number = 1; number <= Number(count); number += 1) {
  new NodejsFunction(stack, `Function${number}`, {
    entry: join(sources, `function-${number}.ts`),
    runtime: Runtime.NODEJS_22_X,
    bundling: { minify: true },
  });
}
const constructedMs = performance.now();
app.synth();
process.send({ constructMs: constructedMs - startMs, synthMs: performance.now() - constructedMs });
process.disconnect();
