import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the first example of the README prints what it says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  const expected = [...code.matchAll(/\/\/ → (.*)/g)].map(([, line]) => line);
  expect(expected).toHaveLength(2);

  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@truthound/source', '--input-type=module', '--eval', code],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: '0' },
    },
  );
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual(expected);
});
