import { expect, it } from 'vitest';
import { hideMainModule } from '../../src/guest/hide-main-module.ts';

it('takes the main module out of what CommonJS code can look up, and nothing else', () => {
  const main = { filename: '/guest.cjs' } as NodeJS.Module;
  const target = { mainModule: main };
  const cache: Record<string, unknown> = { '/guest.cjs': main, '/other.cjs': {} };
  hideMainModule(target, { _cache: cache });
  expect(target.mainModule).toBeUndefined();
  expect(Object.keys(cache)).toEqual(['/other.cjs']);
});

it('leaves everything as it is where the main module is an ES module', () => {
  const cache = { '/other.cjs': {} };
  hideMainModule({}, { _cache: cache });
  expect(cache).toEqual({ '/other.cjs': {} });
});
