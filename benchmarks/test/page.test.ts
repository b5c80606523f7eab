import { describe, expect, it } from 'vitest';
import { comparisonOf } from '../harness/compare.ts';
import { type Figure, Role, type SuiteFigures, isMet } from '../harness/figures.ts';
import { lossesOf, verdictOn } from '../harness/findings.ts';
import { formatRatio, formatValue } from '../harness/format.ts';
import { type Run, toPage } from '../harness/page.ts';
import { plotSuite } from '../harness/plot.ts';
import { toText } from '../harness/terminal.ts';

const beaten = comparisonOf(
  'echo & answer',
  'ms',
  [
    { name: 'bare', role: Role.FLOOR, values: [1, 1, 1] },
    { name: 'ours', role: Role.OURS, values: [4, 4, 4] },
    { name: 'a <thread>', role: Role.PEER, values: [2, 2, 2] },
    { name: 'a process', role: Role.PEER, values: [8, 8, 8] },
  ],
  'It shares memory.',
);
const close = comparisonOf('close', 'ms', [
  { name: 'ours', role: Role.OURS, values: [4, 4, 4] },
  { name: 'other', role: Role.PEER, values: [3, 3.9, 5] },
]);
const missed: Figure = { what: 'start', value: 9, unit: 'ms', goal: { atMost: 8 }, why: 'Slow disk.' };
const met: Figure = { what: 'speed', value: 14, unit: '×', goal: { atLeast: 12 } };

const suite: SuiteFigures = {
  title: 'What it costs',
  method: 'As usual.',
  comparisons: [beaten, close],
  figures: [missed, met],
  skipped: ['docker is not here'],
};

describe('losses', () => {
  it('are the other ways that are better, best first, and the goals that are missed, with reasons', () => {
    expect(lossesOf(suite)).toEqual([
      { where: 'echo & answer', how: 'a <thread> takes 0.50 × of our time', why: 'It shares memory.' },
      { where: 'close', how: 'other takes 0.97 × of our time (within the spread)', why: undefined },
      { where: 'start', how: '9.00 ms; the goal is at most 8.00 ms', why: 'Slow disk.' },
    ]);
  });

  it('do not count a floor, which does only a part of the work', () => {
    const [floor, ours] = beaten.rows;
    expect(lossesOf({ ...suite, comparisons: [{ ...beaten, rows: [floor!, ours!] }], figures: [] })).toEqual(
      [],
    );
  });

  it('do not count what could not be measured', () => {
    const unknown = comparisonOf('unknown', 'ms', [
      { name: 'ours', role: Role.OURS, values: [4] },
      { name: 'other', role: Role.PEER, values: [Number.NaN] },
    ]);
    // As it comes back from a file: JSON knows no NaN.
    const comparisons = [JSON.parse(JSON.stringify(unknown)) as typeof unknown, unknown];
    expect(lossesOf({ ...suite, comparisons, figures: [] })).toEqual([]);
  });

  it.each([
    [{ atMost: 8 }, 8, true],
    [{ atMost: 8 }, 8.1, false],
    [{ atLeast: 12 }, 12, true],
    [{ atLeast: 12 }, 11.9, false],
  ])('goal %j with %d: met is %s', (goal, value, expected) => {
    expect(isMet({ goal, value })).toBe(expected);
  });
});

describe('a verdict', () => {
  it('names the best, and how far the next is', () => {
    expect(verdictOn(beaten)).toBe('a <thread>; ours takes 2.00 × as much');
    expect(verdictOn({ ...beaten, rows: beaten.rows.filter(({ name }) => name !== 'a <thread>') })).toBe(
      'ours; a process takes 2.00 × as much',
    );
    expect(verdictOn({ ...beaten, rows: beaten.rows.slice(0, 2) })).toBeUndefined();
  });
});

describe('values', () => {
  it.each([
    [12_345, 'ms', '12.3 s'],
    [1234, 'ms', '1,234 ms'],
    [0.0421, 'ms', '42.1 µs'],
    [0.00042, 'ms', '420 ns'],
    [0, 'ms', '0 ns'],
    [14.82, 'MB', '14.8 MB'],
    [Number.NaN, 'ms', '–'],
  ] as const)('%d %s is written %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it('of ratios keep two digits after the point where those say something', () => {
    expect([0.0123, 0.5, 12.345, 129.7, Number.NaN].map(formatRatio)).toEqual([
      '0.0123 ×',
      '0.50 ×',
      '12.35 ×',
      '130 ×',
      '–',
    ]);
  });
});

const run: Run = {
  date: '2026-12-01T12:00:00.000Z',
  isQuick: false,
  machine: {
    cpu: 'a CPU',
    cores: 2,
    memoryMb: 4000,
    system: 'linux x64, 6.1',
    node: '26.10.0',
    v8: '14',
    openssl: '3.5',
    commit: 'abc+',
    peers: { semver: '7.8.6' },
  },
  suites: [{ name: 'echo', seconds: 61, loadBefore: 0.1, loadAfter: 2.25, figures: suite }],
};

describe('the page', () => {
  const page = toPage(run);

  it.each([
    ['every contender, ours in bold', '| **ours** | 4.00 ms |'],
    ['the picture', '![What it costs](echo.svg)'],
    ['where we lose', '- **echo & answer**: a <thread> takes 0.50 × of our time. It shares memory.'],
    ['a goal that is missed', '| start | 9.00 ms | at most 8.00 ms: **missed** |'],
    ['what was not measured', 'Not measured here: docker is not here'],
    ['the load meanwhile', 'Took 61 s, at a load average of 0.1 before and 2.3 after.'],
    ['the machine', '- Machine: 2 cores of a CPU, 4000 MB'],
    ['what is measured beside', '- Measured beside: semver 7.8.6'],
  ])('shows %s', (_, text) => {
    expect(page).toContain(text);
  });

  it('says of a quick run that it means little, and of no other', () => {
    expect(page).not.toContain('quick run');
    expect(toPage({ ...run, isQuick: true })).toContain('**A quick run.**');
  });
});

describe('the text for a terminal', () => {
  it('has a line for every contender and figure', () => {
    const text = toText(suite);
    for (const name of ['bare', 'ours', 'a <thread>', 'a process', 'other'])
      expect(text).toContain(`\n  ${name} `);
    expect(text).toMatch(/start +9\.00 ms +at most 8\.00 ms +MISSED/);
    expect(text).toMatch(/speed +14\.0 × +at least 12\.0 × +met/);
    expect(text).toContain('not measured: docker is not here');
  });
});

describe('the picture', () => {
  const svg = plotSuite(suite);

  it('escapes what contenders are called', () => {
    expect(svg).toContain('echo &amp; answer');
    expect(svg).toContain('a &lt;thread&gt;');
    expect(svg).not.toContain('<thread>');
  });

  it('draws better to the left of 1 × and worse to the right, the same way far for half and twice', () => {
    const bars = [...svg.matchAll(/class="(bar-\w+)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
    const bar = (style: string): readonly { left: number; width: number }[] =>
      bars
        .filter(([, found]) => found === style)
        // The first of each explains the colour.
        .slice(1)
        .map(([, , left, width]) => ({ left: Number(left), width: Number(width) }));
    const [ours] = bar('bar-ours');
    const [thread, process] = bar('bar-peer');
    // From 1 × of the floor: ours 4, the thread 2, the process 8.
    expect([thread?.left, process?.left]).toEqual([ours?.left, ours?.left]);
    expect(ours!.width).toBeCloseTo(2 * thread!.width, 0);
    expect(process!.width).toBeCloseTo(3 * thread!.width, 0);
  });

  it('changes its colours with the scheme of the reader', () => {
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
  });
});
