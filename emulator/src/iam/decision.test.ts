// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../deploy/json.ts';
import { type AccessRequest, decide } from './decision.ts';
import { type PolicyDocument, parsePolicy } from './policy-document.ts';

const arn = 'arn:aws:lambda:us-east-1:111122223333:function:orders';

const policyOf = (...statements: readonly JsonObject[]): PolicyDocument => {
  const parsed = parsePolicy({ Version: '2012-10-17', Statement: statements });
  if (parsed.type === 'invalid') throw new Error(parsed.problem);
  return parsed.policy;
};
const allow = (statement: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  ...('NotAction' in statement ? {} : { Action: 'lambda:InvokeFunction' }),
  ...('NotResource' in statement ? {} : { Resource: arn }),
  ...statement,
});
const deny = (statement: JsonObject = {}): JsonObject => ({ ...allow(statement), Effect: 'Deny' });
const request = (over: Partial<AccessRequest> = {}): AccessRequest => ({
  action: 'lambda:InvokeFunction',
  resource: arn,
  context: new Map([
    ['aws:username', 'ann'],
    ['aws:sourceip', '127.0.0.1'],
    ['aws:securetransport', 'true'],
    ['aws:epochtime', '1700000000'],
    ['aws:currenttime', '2023-11-14T22:13:20Z'],
    ['aws:principalarn', 'arn:aws:iam::111122223333:role/eu/stub'],
  ]),
  ...over,
});

const reasonBy = (statements: readonly JsonObject[], boundary?: PolicyDocument, over?: Partial<AccessRequest>) => {
  const decision = decide(request(over), { identity: [policyOf(...statements)], boundary });
  return decision.type === 'allowed' ? 'allowed' : decision.reason;
};

describe('a decision', () => {
  it('is a denial where nothing is said', () => {
    expect(reasonBy([])).toBe('not-allowed');
  });

  it.each<readonly [string, readonly JsonObject[], string]>([
    ['a statement that allows it', [allow()], 'allowed'],
    ['one for another action', [allow({ Action: 'lambda:GetFunction' })], 'not-allowed'],
    ['one for several actions', [allow({ Action: ['sqs:*', 'LAMBDA:invoke*'] })], 'allowed'],
    ['one for another resource', [allow({ Resource: `${arn}2` })], 'not-allowed'],
    ['one for several resources', [allow({ Resource: [`${arn}2`, arn] })], 'allowed'],
    ['one for all actions but this', [allow({ NotAction: 'lambda:Invoke*' })], 'not-allowed'],
    ['one for all actions but another', [allow({ NotAction: ['iam:*', 'sqs:*'] })], 'allowed'],
    ['one for all resources but this', [allow({ NotResource: [arn, 'arn:aws:sqs'] })], 'not-allowed'],
    ['one for all resources but another', [allow({ NotResource: `${arn}2` })], 'allowed'],
    ['a deny after an allow', [allow(), deny()], 'denied-by-identity'],
    ['a deny before an allow', [deny(), allow({ Action: '*', Resource: '*' })], 'denied-by-identity'],
    ['a deny of something else', [allow(), deny({ Resource: `${arn}2` })], 'allowed'],
  ])('follows %s', (_case, statements, expected) => {
    expect(reasonBy(statements)).toBe(expected);
  });

  it('takes the policies together', () => {
    const identity = [policyOf(allow()), policyOf(deny())];
    expect(decide(request(), { identity: identity.slice(0, 1), boundary: undefined })).toEqual({ type: 'allowed' });
    expect(decide(request(), { identity, boundary: undefined })).toEqual({
      type: 'denied',
      reason: 'denied-by-identity',
    });
  });

  it('needs a permissions boundary to allow it too, which allows nothing by itself', () => {
    expect(reasonBy([allow()], policyOf(allow({ Action: 'lambda:*' })))).toBe('allowed');
    expect(reasonBy([allow()], policyOf(allow({ Action: 'sqs:*' })))).toBe('not-allowed-by-boundary');
    expect(reasonBy([allow()], policyOf(allow({ Action: '*' }), deny()))).toBe('denied-by-boundary');
    expect(reasonBy([], policyOf(allow()))).toBe('not-allowed');
  });

  it('takes what concerns no resource only where all resources are meant', () => {
    const over = { action: 'lambda:ListFunctions', resource: '*' };
    const listing = { Action: 'lambda:ListFunctions' };
    expect(reasonBy([allow({ ...listing, Resource: 'arn:aws:lambda:*:*:*' })], undefined, over)).toBe('not-allowed');
    expect(reasonBy([allow({ ...listing, Resource: '*' })], undefined, over)).toBe('allowed');
  });
});

describe('a condition', () => {
  it.each<readonly [string, JsonObject, boolean]>([
    ['a text that is equal', { StringEquals: { 'aws:username': 'ann' } }, true],
    ['a key in another case', { StringEquals: { 'AWS:UserName': 'ann' } }, true],
    ['one text of several', { StringEquals: { 'aws:username': ['bob', 'ann'] } }, true],
    ['a text that is not equal', { StringEquals: { 'aws:username': 'Ann' } }, false],
    ['a text with wildcards, where they are none', { StringEquals: { 'aws:username': 'a*' } }, false],
    ['a variable', { StringEquals: { 'aws:username': '${aws:username}' } }, true],
    ['a text in another case', { StringEqualsIgnoreCase: { 'aws:username': 'Ann' } }, true],
    ['a text that must not be', { StringNotEquals: { 'aws:username': ['bob', 'ann'] } }, false],
    ['a text that is not there', { StringNotEquals: { 'aws:username': ['bob', 'eve'] } }, true],
    ['a pattern', { StringLike: { 'aws:username': 'a?n*' } }, true],
    ['a pattern that must not be', { StringNotLike: { 'aws:username': 'a*' } }, false],
    ['a role below a path', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/eu/*' } }, true],
    ['another account', { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }, false],
    ['a role that must not be', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/eu/*' } }, false],
    ['a truth', { Bool: { 'aws:SecureTransport': true } }, true],
    ['an untruth', { Bool: { 'aws:SecureTransport': 'false' } }, false],
    ['a number', { NumericLessThan: { 'aws:EpochTime': 1_700_000_001 } }, true],
    ['a number that is too large', { NumericLessThanEquals: { 'aws:EpochTime': '1699999999' } }, false],
    ['a time before', { DateGreaterThan: { 'aws:CurrentTime': '2023-11-14T22:13:19Z' } }, true],
    ['a time that is over', { DateLessThan: { 'aws:CurrentTime': '2023-11-14T22:13:20Z' } }, false],
    ['a time as a number', { DateEquals: { 'aws:CurrentTime': '1700000000' } }, true],
    ['an address within a range', { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.0/8'] } }, true],
    ['an address outside', { IpAddress: { 'aws:SourceIp': '10.0.0.1' } }, false],
    ['an address without a range', { IpAddress: { 'aws:SourceIp': '127.0.0.1' } }, true],
    ['a name in place of an address', { IpAddress: { 'aws:SourceIp': 'localhost' } }, false],
    ['a range that is none', { IpAddress: { 'aws:SourceIp': ['127.0.0.0/33', '127.0.0.0/x'] } }, false],
    ['an address of the other family', { IpAddress: { 'aws:SourceIp': '::/0' } }, false],
    ['an address that must not be', { NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, false],
    ['a key that is absent', { StringEquals: { 'aws:PrincipalTag/team': '' } }, false],
    ['a key that is absent, negated', { StringNotEquals: { 'aws:PrincipalTag/team': 'red' } }, true],
    ['a key that is absent, if it exists', { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'red' } }, true],
    ['a key that is there, if it exists', { StringEqualsIfExists: { 'aws:username': 'bob' } }, false],
    ['a key that must be absent', { Null: { 'aws:PrincipalTag/team': 'true' } }, true],
    ['a key that must be there', { Null: { 'aws:username': 'false', 'aws:PrincipalTag/team': 'false' } }, false],
    ['all of no values', { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, true],
    ['any of no values', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } }, false],
    ['any of no values, negated', { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' } }, false],
    [
      'two conditions, of which one is not met',
      { StringEquals: { 'aws:username': 'ann' }, Bool: { 'aws:SecureTransport': 'false' } },
      false,
    ],
  ])('of %s is met or not', (_case, Condition, met) => {
    expect(reasonBy([allow({ Condition })])).toBe(met ? 'allowed' : 'not-allowed');
    expect(reasonBy([allow(), deny({ Condition })])).toBe(met ? 'denied-by-identity' : 'allowed');
  });
});

describe('a policy that cannot be decided by', () => {
  it.each<readonly [string, JsonObject, string]>([
    [
      'an operator that nobody knows',
      allow({ Condition: { StringAlmostEquals: { 'aws:username': 'ann' } } }),
      'statement 2: the emulator cannot decide by the condition operator StringAlmostEquals',
    ],
    [
      'the name of an inherited property for an operator',
      allow({ Condition: { constructor: { 'aws:username': 'ann' } } }),
      'the condition operator constructor',
    ],
    ['a condition on nothing', allow({ Condition: { StringEquals: 'ann' } }), 'holds no keys'],
    ['a condition on an object', allow({ Condition: { StringEquals: { 'aws:username': {} } } }), 'is no text'],
    ['a condition that is a text', allow({ Condition: 'ann' }), 'its Condition is no object'],
    ['neither of the effects', allow({ Effect: 'allow' }), 'its Effect is neither Allow nor Deny'],
    ['actions and their opposite', { ...allow(), NotAction: '*' }, 'it needs either Action or NotAction'],
    ['no resource', { Effect: 'Allow', Action: '*' }, 'it needs either Resource or NotResource'],
    ['an action that is no text', allow({ Action: [1] }), 'its Action is no text and no list of texts'],
    ['an empty list', allow({ Resource: [] }), 'its Resource is no text and no list of texts'],
    ['a principal', allow({ Principal: '*' }), 'an identity-based policy has no Principal'],
  ])('because of %s is refused with the statement', (_case, statement, problem) => {
    const parsed = parsePolicy({ Version: '2012-10-17', Statement: [allow(), statement] });
    expect(parsed).toEqual({ type: 'invalid', problem: expect.stringContaining('statement 2: ') });
    expect(parsed).toEqual({ type: 'invalid', problem: expect.stringContaining(problem) });
  });

  it('because of its version, or because it is none, is refused', () => {
    expect(parsePolicy({ Version: '2020-01-01', Statement: [] })).toMatchObject({ type: 'invalid' });
    expect(parsePolicy('{}')).toMatchObject({ type: 'invalid' });
  });
});

describe('a policy of the version of 2008', () => {
  it('has no variables, and a single statement need not be a list', () => {
    const Condition = { StringEquals: { 'aws:username': '${aws:username}' } };
    const reasonOf = (version: JsonObject) => {
      const parsed = parsePolicy({ ...version, Statement: allow({ Condition }) });
      if (parsed.type === 'invalid') throw new Error(parsed.problem);
      return decide(request(), { identity: [parsed.policy], boundary: undefined }).type;
    };
    expect(reasonOf({ Version: '2012-10-17' })).toBe('allowed');
    expect(reasonOf({ Version: '2008-10-17' })).toBe('denied');
    expect(reasonOf({})).toBe('denied');
  });
});
