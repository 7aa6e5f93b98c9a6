import { describe, expect, it } from 'vitest';
import { setFields } from './set-fields.ts';

describe('fields of an event', () => {
  it('are set by path, in objects and lists, and made where they are not there', () => {
    const event = { Records: [{ body: 'a' }], other: 1 };
    expect(setFields(event, ['Records.0.body=b=c', 'Records.1.body=d', 'new.deep=true'])).toEqual({
      Records: [{ body: 'b=c' }, { body: 'd' }],
      other: 1,
      new: { deep: true },
    });
    expect(event).toEqual({ Records: [{ body: 'a' }], other: 1 });
  });

  it('are JSON where the value is JSON, and text elsewhere', () => {
    expect(setFields({}, ['a=7', 'b="7"', 'c=[1]', 'd=seven', 'e='])).toEqual({
      a: 7,
      b: '7',
      c: [1],
      d: 'seven',
      e: '',
    });
  });

  it('keep names that objects have by themselves as data', () => {
    const changed = setFields({}, ['constructor.x=1']);
    expect(Object.entries(changed as object)).toEqual([['constructor', { x: 1 }]]);
  });

  it.each([
    ['Records.2=x', /"2" is no place in a list of 1/],
    ['Records.first=x', /"first" is no place in a list/],
    ['other.deep=x', /"deep" would be a field of 1/],
    ['other', /names no field and value/],
    ['=x', /names no field and value/],
  ])('refuse %s', (assignment, message) => {
    expect(() => setFields({ Records: [{}], other: 1 }, [assignment])).toThrow(message);
  });
});
