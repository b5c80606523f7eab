/** The reading of pages, and that a page which is wrong is found out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkTypesOf, followPageAt } from '../docs/check-pages.ts';
import { findCodeBlocks } from '../docs/code-blocks.ts';
import { compareScreen, findPromisedLines, findUnkeptPromise } from '../docs/expected-output.ts';
import { joinBlocks } from '../docs/joined-module.ts';
import { readPage } from '../docs/page-steps.ts';
import { canRunSources } from './workspace.ts';

function page(...lines: readonly string[]): string {
  return lines.join('\n').replaceAll("'''", '```');
}

function writePage(...lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'page.md');
  writeFileSync(file, page(...lines));
  return file;
}

describe('the blocks of a page', () => {
  it('have a language, words, a text without the indent of a list, and a line', () => {
    const text = page('# Title', '', '1. Step:', '', "   '''ts no-run", '   if (a)', '     b();', "   '''");
    expect(findCodeBlocks(text)).toEqual([
      { language: 'ts', words: ['no-run'], text: 'if (a)\n  b();', line: 6 },
    ]);
  });

  it('may hold fences that are shorter', () => {
    const text = page("''''md", "'''ts", 'x', "'''", "''''", "'''sh", 'ls', "'''").replaceAll("'", '`');
    expect(findCodeBlocks(text).map(({ language }) => language)).toEqual(['md', 'sh']);
  });

  it('that are continued stand in the scope of those before, with all imports at the top', () => {
    const [first, second] = findCodeBlocks(
      page(
        "'''ts",
        "import { a } from 'a';",
        'const x = a;',
        "'''",
        "'''ts continued",
        "import b from 'b';",
        'const x = b;',
        "'''",
      ),
    );
    const { text, pageLines } = joinBlocks([first!, second!]);
    expect(text).toBe("import { a } from 'a';\nimport b from 'b';\nconst x = a;\n{ const x = b;\n}");
    expect(pageLines).toEqual([2, 6, 3, 7, 7]);
  });
});

describe('the steps of a page', () => {
  it.each([
    ['ts no-rnu', '"no-rnu" says nothing of a block of ts'],
    ['text no-run', '"no-run" says nothing of a block of text'],
    ['ts continued', 'there is no block of ts before it that it could continue'],
    ['ts later', 'nothing continues it: it would never be run'],
    ['text background', 'nothing runs in the background'],
  ])('are refused with their line for "%s"', (info, message) => {
    expect(readPage(page('', `'''${info}`, 'x', "'''"), { isGuide: true }).faults).toEqual([
      { line: 3, message },
    ]);
  });

  it('run what is continued once, with what continues it', () => {
    const { steps } = readPage(page("'''ts", 'a;', "'''", "'''ts continued", 'b;', "'''"), {
      isGuide: false,
    });
    expect(steps.map((step) => step.kind === 'module' && [step.runs, step.blocks.length])).toEqual([
      ['later', 1],
      ['here', 2],
    ]);
  });

  it.each([
    [true, 'sh', 1],
    [true, 'sh no-run', 0],
    [false, 'sh', 0],
    [false, 'sh run', 1],
  ])('in a guide (%s) and a block of "%s" are %i commands', (isGuide, info, count) => {
    expect(readPage(page(`'''${info}`, 'ls', "'''"), { isGuide }).steps).toHaveLength(count);
  });
});

describe('what a page says is printed', () => {
  it('stands in comments at the end of console.log and below it', () => {
    const code = [
      'const url = "http://x"; // no promise',
      'console.log(url); // → 42',
      'if (url) {',
      '  console.log(',
      '    url,',
      '  );',
      '  // first',
      '  //   second',
      '}',
      '// a remark',
    ].join('\n');
    expect(findPromisedLines(code)).toEqual(['42', 'first', 'second']);
  });

  it.each([
    [['a', 'c'], 'a\nb\nc', undefined],
    [['c', 'a'], 'a\nb\nc', 'a'],
    [['x … y…'], 'x 1 y 2', undefined],
    [['x … y'], 'x 1 y 2', 'x … y'],
    [['42'], '421', '42'],
  ])('%j is looked for in %j', (promised, output, missing) => {
    expect(findUnkeptPromise(promised, output)?.expected).toBe(missing);
  });

  it.each([
    ['a\nb', 'a\nb\n', undefined],
    ['a\nb', '(node:7) Warning: new\n(Use `node --trace-warnings ...` to see)\na\nb', undefined],
    ['a', 'a\nb', '(the end)'],
    ['a\nc', 'a\nb\nc', 'c'],
    ['a\n…\nc', 'a\nb\nb\nc', undefined],
    ['…', 'anything', undefined],
    ['a\n…\nd', 'a\nb', 'd'],
  ])('the screen %j is compared with %j', (screen, output, expected) => {
    expect(compareScreen(screen, output)?.expected).toBe(expected);
  });
});

describe.runIf(canRunSources)(
  'a page that is wrong is told with its line (skipped where Node cannot run the sources)',
  () => {
    it('where a type is wrong, in a block that is not run as well, and where a package has no such export', () => {
      const types = writePage(
        '',
        "'''ts",
        'let n = 1;',
        "'''",
        '',
        "'''ts no-run continued",
        'n.toUpperCase();',
        "'''",
      );
      const exported = writePage(
        "'''ts",
        "import { nothing } from '@truthound/protocols';",
        'nothing;',
        "'''",
      );
      expect(checkTypesOf([types, exported])).toEqual([
        `${types}:7: TS2339: Property 'toUpperCase' does not exist on type 'number'.`,
        expect.stringContaining(`${exported}:2: TS2305`),
      ]);
    });

    it('where it prints something else', async () => {
      const file = writePage("'''ts", 'console.log(40 + 2); // 43', "'''");
      expect(await followPageAt(file)).toEqual([`${file}:2: the page says\n  43\nand it printed\n  42`]);
    });

    it('where it throws', async () => {
      const file = writePage("'''js", 'throw new Error("boom");', "'''");
      expect(await followPageAt(file)).toEqual([expect.stringMatching(/:2: it ended with 1.*boom/s)]);
    });

    it('where a command fails, or succeeds against its word', async () => {
      const failing = writePage("'''sh run", 'echo no; exit 3', "'''");
      expect(await followPageAt(failing)).toEqual([
        `${failing}:2: it ended with 3, where 0 is right; it printed:\n  no`,
      ]);
      const succeeding = writePage("'''sh run exit=1", 'true', "'''");
      expect(await followPageAt(succeeding)).toEqual([
        expect.stringContaining('it ended with 0, where 1 is right'),
      ]);
    });

    it('where what runs in the background ends without what the page says', async () => {
      const file = writePage("'''sh run background", 'echo one', "'''", "'''text", 'two', "'''");
      expect(await followPageAt(file)).toEqual([`${file}:5: the page says\n  two\nand it printed\n  one`]);
    });

    it('and one that is right is not', async () => {
      const file = writePage(
        "'''js file=lib/answer.mjs",
        'export const answer = 42;',
        "'''",
        "'''sh run",
        'export NAME=Ada; cd lib && ls',
        "'''",
        "'''text",
        'answer.mjs',
        "'''",
        "'''sh run background",
        'echo ready; sleep 60',
        "'''",
        "'''text",
        'ready',
        "'''",
        "'''js",
        "import { answer } from './answer.mjs';",
        'console.log(answer); // 42',
        "'''",
      );
      expect(await followPageAt(file)).toEqual([]);
    });
  },
);
