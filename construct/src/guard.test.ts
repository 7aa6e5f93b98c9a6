import { describe, expect, test } from 'vitest';
import { type DeployPlace, findProtection, type GuardRules, isProductionName } from './guard.ts';

const dev: DeployPlace = {
  account: '111111111111',
  region: 'eu-west-1',
  stages: ['Dev'],
  stack: 'Dev/Orders',
  stackName: 'Dev-Orders',
};
const prod: DeployPlace = { ...dev, stages: ['Prod'], stack: 'Prod/Orders', stackName: 'Prod-Orders' };

describe('functions may be live', () => {
  test.each<[string, DeployPlace, GuardRules]>([
    ['where nothing forbids it', dev, {}],
    ['in an allowed account and region', dev, { allowAccounts: ['111111111111'], allowRegions: ['eu-west-1'] }],
    [
      'beside what is denied',
      dev,
      { denyAccounts: ['222222222222'], denyRegions: ['us-east-1'], denyStages: ['Test'] },
    ],
    ['in a stage allowed by a glob', dev, { allowStages: ['D*'] }],
    ['in a stack allowed by its path', dev, { allowStages: ['Dev/Orders'] }],
    ['in production that is allowed by name', prod, { allowStages: ['Prod'] }],
    ['in production whose stack is allowed by name', prod, { allowStages: ['Prod-Orders'] }],
  ])('%s', (_, place, rules) => expect(findProtection(place, rules)).toBeUndefined());
});

describe('functions may not be live', () => {
  const unknown = { ...dev, account: undefined, region: undefined };
  test.each<[string, DeployPlace, GuardRules, RegExp]>([
    ['in a denied account', dev, { denyAccounts: ['111111111111'] }, /account 111111111111 is in denyAccounts/],
    ['in an account that is not allowed', dev, { allowAccounts: ['2'] }, /111111111111 is not in allowAccounts/],
    ['in a denied region', dev, { denyRegions: ['eu-west-1'] }, /region eu-west-1 is in denyRegions/],
    ['in a region that is not allowed', dev, { allowRegions: [] }, /eu-west-1 is not in allowRegions/],
    [
      'in an account that nobody knows, where accounts matter',
      unknown,
      { denyAccounts: ['2'] },
      /known only at deploy/,
    ],
    ['in a region that nobody knows, where regions matter', unknown, { allowRegions: ['x'] }, /known only at deploy/],
    ['in a denied stage', dev, { denyStages: ['Dev'] }, /"Dev" is in denyStages/],
    ['in what both lists hold', dev, { allowStages: ['Dev'], denyStages: ['D*'] }, /"D\*" is in denyStages/],
    ['in a stage that is not allowed', dev, { allowStages: ['Test'] }, /neither its stage nor its stack/],
    ['in production', prod, {}, /the name Prod sounds like production/],
    ['in production that only a glob allows', prod, { allowStages: ['*'] }, /in so many words/],
  ])('%s', (_, place, rules, reason) => expect(findProtection(place, rules)).toMatch(reason));
});

test.each(['prod', 'Prod', 'PROD', 'orders-prod', 'prod2', 'OrdersProd', 'Production', 'my_prd_stack', 'Prod/Orders'])(
  '%s sounds like production',
  (name) => expect(isProductionName(name)).toBe(true),
);

test.each(['Products', 'produce', 'non-prod', 'preprod', 'pre-prod', 'NotProd', 'Dev', 'reproduction', ''])(
  '%s does not',
  (name) => expect(isProductionName(name)).toBe(false),
);
