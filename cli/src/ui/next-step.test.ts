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

  it("is left to the developer where the error is the handler's own", () => {
    expect(step('RangeError')).toBeUndefined();
    expect(step('toString')).toBeUndefined();
  });
});
