import { pathToFileURL } from 'node:url';
import { SandboxError, type SandboxFunction, type SandboxReference } from '@truthound/protocols';
import type { CallTarget } from '../channel/messages.ts';

/** What `execute` and `invoke` accept. */
export type Target = SandboxFunction<never> | SandboxReference;

function functionText(fn: SandboxFunction<never>, pluginId: string): string {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) {
    throw new SandboxError(
      `the function "${fn.name}" has no text to send to the sandbox of "${pluginId}": it is built in or bound. Give a function written out, or { module, export }`,
      { pluginId },
    );
  }
  if (text.startsWith('class ')) {
    throw new SandboxError(
      `"${fn.name}" is a class and cannot be called in the sandbox of "${pluginId}": give a function that makes one`,
      { pluginId },
    );
  }
  return text;
}

/** The texts of functions that were sent before: reading one and checking it takes longer than the rest of a call. */
const functionTargets = new WeakMap<SandboxFunction<never>, CallTarget>();

function toFunctionTarget(fn: SandboxFunction<never>, pluginId: string): CallTarget {
  const known = functionTargets.get(fn);
  if (known !== undefined) return known;
  const target: CallTarget = { type: 'function', text: functionText(fn, pluginId) };
  functionTargets.set(fn, target);
  return target;
}

/** Turns what the caller gave into what crosses. @throws SandboxError for what cannot be sent */
export function toCallTarget(target: Target, pluginId: string): CallTarget {
  if (typeof target === 'function') return toFunctionTarget(target, pluginId);
  // The types exclude it; a JavaScript caller may pass anything.
  if (typeof (target as unknown) !== 'object' || (target as unknown) === null) {
    throw new SandboxError(
      `what to run in the sandbox of "${pluginId}" must be a function, { module, export } or { export }`,
      { pluginId },
    );
  }
  if (target.module === undefined) return { type: 'plugin', exportName: target.export };
  const url = target.module instanceof URL ? target.module : toUrl(target.module);
  return { type: 'module', url: url.href, exportName: target.export ?? 'default' };
}

function toUrl(module: string): URL {
  return module.startsWith('file:') ? new URL(module) : pathToFileURL(module);
}

/** How messages and stacks call a target. */
export function describeTarget(target: CallTarget): string {
  switch (target.type) {
    case 'function':
      return 'a function';
    case 'module':
      return `${target.exportName}() of ${target.url}`;
    case 'plugin':
      return `${target.exportName}()`;
  }
}
