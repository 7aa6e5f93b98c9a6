import { describe, expect, it } from 'vitest';
import { parseChannel, reaches } from './channel.ts';

const subscription = (text: string) => parseChannel(text, { wildcards: 'allowed' })!;
const published = (text: string) => parseChannel(text, { wildcards: 'refused' })!;

describe('a channel', () => {
  it.each(['/a', 'a/b', '/a/b/c/d/e/', 'A-1', `/${'x'.repeat(50)}`])('may be %s', (text) => {
    expect(published(text)).toBeDefined();
  });

  it.each([
    '',
    '/',
    '//',
    '/a//b',
    '/-a',
    '/a-',
    '/a_b',
    '/a.b',
    '/a/b/c/d/e/f',
    `/${'x'.repeat(51)}`,
    '/*',
    'a/*/b',
    'a*',
  ])('may not be "%s"', (text) => {
    expect(parseChannel(text, { wildcards: 'allowed' })).toBeUndefined();
  });

  it('may end in a wildcard for a subscription only', () => {
    expect(subscription('/a/*')).toEqual({ path: 'a', namespace: 'a', wildcard: true });
    expect(parseChannel('/a/*', { wildcards: 'refused' })).toBeUndefined();
  });
});

describe('a publish', () => {
  it.each([
    ['/a/b', '/a/b', true],
    ['a/b', '/a/b/', true],
    ['/a/b', '/a/*', true],
    ['/a/b/c/d', '/a/*', true],
    ['/a/b', '/a/B', false],
    ['/a', '/a/*', false],
    ['/ab/c', '/a/*', false],
    ['/a/b/c', '/a/b', false],
  ])('to %s reaches a subscription to %s: %s', (channel, other, expected) => {
    expect(reaches(published(channel), subscription(other))).toBe(expected);
  });
});
