// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
import { describe, expect, it } from 'vitest';
import { matchesArn, matchesText } from './pattern.ts';

const variables = new Map([
  ['aws:username', 'ann*'],
  ['aws:requestedregion', 'eu-west-1'],
]);

describe('a pattern for text', () => {
  it.each<readonly [string, string, boolean]>([
    ['lambda:InvokeFunction', 'lambda:InvokeFunction', true],
    ['lambda:Invoke*', 'lambda:InvokeFunction', true],
    ['lambda:*Function', 'lambda:InvokeFunctionUrl', false],
    ['lambda:Get?unction', 'lambda:GetFunction', true],
    ['lambda:GetFunction?', 'lambda:GetFunction', false],
    ['a.c', 'abc', false],
    ['*', '', true],
    ['', 'a', false],
    ['a*', 'a\nb', true],
  ])('%j holds against %j: %s', (pattern, text, expected) => {
    expect(matchesText(pattern, text)).toBe(expected);
  });

  it('looks at the case of letters unless told otherwise', () => {
    expect(matchesText('LAMBDA:getfunction', 'lambda:GetFunction')).toBe(false);
    expect(matchesText('LAMBDA:getfunction', 'lambda:GetFunction', { ignoresCase: true })).toBe(true);
  });

  it('takes a variable for the value that it has, in which wildcards are plain characters', () => {
    expect(matchesText('home/${aws:username}/*', 'home/ann*/x', { variables })).toBe(true);
    expect(matchesText('home/${AWS:UserName}', 'home/ann*', { variables })).toBe(true);
    expect(matchesText('home/${aws:username}', 'home/annette', { variables })).toBe(false);
  });

  it('describes nothing when a variable has no value, unless it says what to take then', () => {
    expect(matchesText('home/${aws:PrincipalTag/team}', 'home/', { variables })).toBe(false);
    expect(matchesText("home/${aws:PrincipalTag/team, 'all'}", 'home/all', { variables })).toBe(true);
  });

  it('takes characters that stand for themselves', () => {
    expect(matchesText('a${*}', 'a*', { variables })).toBe(true);
    expect(matchesText('a${*}', 'ab', { variables })).toBe(false);
    expect(matchesText('a${?}b${$}', 'a?b$', { variables })).toBe(true);
  });

  it('knows no variables where there are none', () => {
    expect(matchesText('${aws:username}', '${aws:username}')).toBe(true);
  });
});

describe('a pattern for ARNs', () => {
  const fn = 'arn:aws:lambda:eu-west-1:111122223333:function:orders';

  it.each<readonly [string, string, boolean]>([
    ['*', fn, true],
    ['*', '*', true],
    ['arn:aws:lambda:*:*:*', '*', false],
    ['*:*', '*', false],
    [fn, fn, true],
    [fn, `${fn}:live`, false],
    [`${fn}:*`, `${fn}:live`, true],
    [`${fn}:*`, fn, false],
    [`${fn}*`, `${fn}:live`, true],
    ['arn:aws:lambda:*:111122223333:function:orders', fn, true],
    ['arn:aws:lambda:*:function:orders', fn, false],
    ['arn:aws:lambda:*:orders', fn, false],
    ['arn:aws:lambda', fn, true],
    ['arn:aws:s3', fn, false],
    ['arn:aws:lambda:eu-west-1:111122223333:Function:orders', fn, false],
  ])('%s holds against %s: %s', (pattern, arn, expected) => {
    expect(matchesArn(pattern, arn)).toBe(expected);
  });

  const stack = (id: string): string => `arn:aws:cloudformation:us-east-1:111122223333:stack/Shop/${id}`;

  it('lets one character stand for the asterisk of a stack that is asked for by name, and for no id', () => {
    expect(matchesArn(stack('?'), stack('*'))).toBe(true);
    expect(matchesArn(stack('?'), stack('2c7e5a10-0000-4000-8000-000000000001'))).toBe(false);
  });

  it('tells the colons of a variable from those between its fields', () => {
    const pattern = 'arn:aws:lambda:${aws:RequestedRegion}:111122223333:function:orders';
    expect(matchesArn(pattern, fn, { variables })).toBe(true);
    expect(matchesArn(pattern, fn.replace('eu-west-1', 'us-east-1'), { variables })).toBe(false);
  });
});
