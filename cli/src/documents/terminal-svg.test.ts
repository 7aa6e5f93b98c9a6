import { describe, expect, it } from 'vitest';
import { terminalSvg } from './terminal-svg.ts';

const esc = '\x1b[';
const texts = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.]+)" y="\d+" fill="(#\w+)"( font-weight="bold")? textLength[^>]*>([^<]*)</g)].map(
    ([, x, fill, bold, text]) => ({ x: Number(x), fill, isBold: bold !== undefined, text }),
  );

describe('a picture of a terminal', () => {
  it('has each part of a line in its colour and weight, at its column', () => {
    const line = `12:00 ${esc}32m✓${esc}39m ${esc}1mready${esc}22m ${esc}2mdim${esc}0m  end`;
    const drawn = texts(terminalSvg([{ title: 'shop', lines: [line] }]));
    expect(drawn.map(({ text, isBold }) => [text, isBold])).toEqual([
      ['12:00', false],
      ['✓', false],
      ['ready', true],
      ['dim', false],
      ['end', false],
    ]);
    const columns = drawn.map(({ x }) => Math.round((x - (drawn[0]?.x ?? 0)) / 8.4));
    expect(columns).toEqual([0, 6, 8, 14, 19]);
    expect(new Set(drawn.map(({ fill }) => fill)).size).toBe(3);
  });

  it('shows markup as text', () => {
    const svg = terminalSvg([{ title: 'a & b', lines: ['<script>'] }]);
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).toContain('<title>a &amp; b</title>');
  });

  it('is as wide as its longest line, and has room for every screen', () => {
    const size = (lines: readonly string[], count: number) => {
      const svg = terminalSvg(Array.from({ length: count }, () => ({ title: '', lines })));
      return [...(/width="(\d+)" height="(\d+)"/.exec(svg)?.slice(1).map(Number) ?? [])] as [number, number];
    };
    expect(size(['x'.repeat(100)], 1)[0] - size(['x'.repeat(50)], 1)[0]).toBe(420);
    expect(size(['x'], 2)[1]).toBeGreaterThan(2 * size(['x'], 1)[1]);
  });
});
