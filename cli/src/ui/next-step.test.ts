import { describe, expect, it } from 'vitest';
import { nextStep } from './next-step.ts';

const step = (errorType: string) => nextStep({ errorType, errorMessage: 'said by Lambda' }, '/shop/orders.mjs');

describe('the next step after an error', () => {
  it.each([
    'Runtime.HandlerNotFound',
    'Runtime.ImportModuleError',
    'Runtime.MalformedHandlerName',
    'Runtime.UserCodeSyntaxError',
  ])('%s names the file and what to correct', (errorType) => {
    expect(step(errorType)).toMatch(/\/shop\/orders\.mjs.*\./);
    expect(step(errorType)).toMatch(/[Cc]orrect/);
  });

  it.each([
    ["Error: Cannot find module '@aws-sdk/client-s3'\nRequire stack:\n- /shop/orders.js", '@aws-sdk/client-s3'],
    ["Cannot find package '@smithy/signature-v4' imported from /shop/orders.mjs", '@smithy/signature-v4'],
    ["Error: Cannot find module '@aws-sdk/lib-dynamodb/dist/x'", '@aws-sdk/lib-dynamodb'],
    ["Error: Cannot find module 'aws-sdk/clients/s3'", 'aws-sdk'],
  ])("is to install what Lambda's runtime brings along: %s", (errorMessage, name) => {
    const text = nextStep({ errorType: 'Runtime.ImportModuleError', errorMessage }, '/shop/orders.js');
    expect(text).toBe(
      `Lambda's Node.js runtimes bring the AWS SDK along, and this machine does not: \`npm install --save-dev ${name}\`.`,
    );
  });

  it('is the same in Python, and nothing of it for a package of others', () => {
    const python = {
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Unable to import module 'orders': No module named 'boto3'",
    };
    expect(nextStep(python, '/shop/orders.py')).toMatch(/bring boto3 along.* pip /);
    const other = { errorType: 'Runtime.ImportModuleError', errorMessage: "Cannot find module 'aws-sdk-mock'" };
    expect(nextStep(other, '/shop/orders.js')).toMatch(/correct the import/);
  });

  it("is left to the developer where the error is the handler's own", () => {
    expect(step('RangeError')).toBeUndefined();
    expect(step('toString')).toBeUndefined();
  });
});
