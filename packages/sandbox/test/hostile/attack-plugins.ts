import type { AttackPlugin } from './hostile-act.ts';

/**
 * Attacks that have to be modules of their own, or that no compiler lets pass. `text` is the entry, which
 * exports `attack`.
 */
export function esModule(text: string, more: Partial<AttackPlugin> = {}): AttackPlugin {
  return { ...more, files: { 'package.json': '{"main":"index.mjs"}', 'index.mjs': text, ...more.files } };
}

/** As {@link esModule}, for `exports.attack`. */
export function commonJs(text: string, more: Partial<AttackPlugin> = {}): AttackPlugin {
  return { ...more, files: { 'package.json': '{"main":"index.cjs"}', 'index.cjs': text, ...more.files } };
}
