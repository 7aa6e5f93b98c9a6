// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables like this
import { describe, expect, it } from 'vitest';
import { referencedNames, resolve, type TemplateScope } from './intrinsics.ts';
import type { JsonValue } from './json.ts';

const scope: TemplateScope = {
  place: 'Shop: Orders',
  ref: (name) => ({ Table: 'orders-table', 'AWS::Region': 'eu-west-1', Zones: ['a', 'b'] })[name],
  attribute: (logicalId, attribute) =>
    logicalId === 'Api' ? { 'Dns.Http': '127.0.0.1:1', Arn: 'arn:api' }[attribute] : undefined,
  condition: (name) => ({ Live: true, Dark: false })[name],
  mappings: { Sizes: { 'eu-west-1': { memory: 256 } } },
  importValue: (name) => (name === 'Shared' ? 'shared-value' : undefined),
};

describe('the functions of a template', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['Ref', { Ref: 'Table' }, 'orders-table'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Api', 'Dns.Http'] }, '127.0.0.1:1'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Api.Dns.Http' }, '127.0.0.1:1'],
    ['Fn::Join', { 'Fn::Join': [':', ['a', { Ref: 'Table' }, 1]] }, 'a:orders-table:1'],
    ['Fn::Sub', { 'Fn::Sub': '${AWS::Region}/${Api.Arn}/${!Literal}' }, 'eu-west-1/arn:api/${Literal}'],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': ['${Own}-${Table}', { Own: { Ref: 'AWS::Region' } }] },
      'eu-west-1-orders-table',
    ],
    ['Fn::Select', { 'Fn::Select': [1, { Ref: 'Zones' }] }, 'b'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['0', { 'Fn::Split': ['-', { Ref: 'Table' }] }] }, 'orders'],
    ['Fn::If that holds', { 'Fn::If': ['Live', 'yes', 'no'] }, 'yes'],
    ['Fn::If that does not', { 'Fn::If': ['Dark', { Ref: 'Nothing' }, 'no'] }, 'no'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'memory'] }, 256],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'Shared' }, 'shared-value'],
    ['Fn::Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['conditions', { 'Fn::And': [{ Condition: 'Live' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] }, true],
    ['Fn::Or', { 'Fn::Or': [{ Condition: 'Dark' }, { 'Fn::Equals': [{ Ref: 'Table' }, 'x'] }] }, false],
    [
      'AWS::NoValue',
      { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [{ 'Fn::If': ['Dark', 1, { Ref: 'AWS::NoValue' }] }, 2] },
      { kept: 1, list: [2] },
    ],
    ['plain objects', { Ref: 'Table', other: 1 }, { Ref: 'Table', other: 1 }],
  ])('resolve %s', (_name, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it.each<[string, JsonValue]>([
    ['neither a parameter nor a resource', { Ref: 'Nothing' }],
    ['Api.Nothing', { 'Fn::GetAtt': ['Api', 'Nothing'] }],
    ['Fn::Transform is not emulated', { 'Fn::Transform': {} }],
    ['item 9', { 'Fn::Select': [9, ['a']] }],
    ['finds nothing', { 'Fn::FindInMap': ['Sizes', 'x', 'memory'] }],
    ['No deployed stack exports Other', { 'Fn::ImportValue': 'Other' }],
    ['the condition "Nothing"', { 'Fn::If': ['Nothing', 1, 2] }],
  ])('say where and what when they fail: %s', (message, value) => {
    expect(() => resolve(value, scope)).toThrow(message);
    expect(() => resolve(value, scope)).toThrow('Shop: Orders');
  });
});

it('names what a value refers to', () => {
  const value = {
    a: [{ Ref: 'A' }],
    b: { 'Fn::GetAtt': ['B', 'Arn'] },
    c: { 'Fn::Sub': '${C.Arn}${D}${!E}' },
    f: { 'Fn::GetAtt': 'F.Arn' },
  };
  expect([...referencedNames(value)].sort()).toEqual(['A', 'B', 'C', 'D', 'F']);
});
