import { Script, constants } from 'node:vm';

/** `__name` stands in functions that some bundlers emit to keep names; without a definition they could not run here. */
const PROLOGUE = 'const __name = (target) => target; return ';

function tryCompile(source: string): unknown {
  const script = new Script(`(() => { "use strict"; ${PROLOGUE}${source}; })()`, {
    filename: 'sandboxed-function.js',
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext();
}

/**
 * Makes a function of a function's text. A method (`run() {}`) is no expression by itself, so it is tried
 * inside an object as well.
 * @throws SyntaxError for what is neither.
 */
export function compileFunction(text: string): (...args: readonly unknown[]) => unknown {
  const candidates = [`(${text})`, `Object.values({ ${text} })[0]`];
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      const compiled = tryCompile(candidate);
      if (typeof compiled === 'function') return compiled as (...args: readonly unknown[]) => unknown;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure instanceof Error ? failure : new SyntaxError('the text is not a function');
}
