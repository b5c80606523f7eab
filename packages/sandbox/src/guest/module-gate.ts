/**
 * The module gate: which modules plugin code can get hold of, whichever way it tries.
 *
 * It is policy, with early and readable refusals; the wall behind it is the kernel. It decides on the
 * resolved name, by the policy's lists, and closes the side doors: the functions of `process` that hand
 * out built-ins, native code, other processes or live handles.
 *
 * @module
 */
import Module, { isBuiltin, registerHooks, syncBuiltinESMExports } from 'node:module';
import { defineProperty, stringLastIndexOf, stringSlice } from '../channel/primordials.ts';
import type { ModuleGatePlan } from './guest-plan.ts';
import { CLOSED_MODULES } from './closed-modules.ts';
import { MODULE_DENIED } from './module-gate-code.ts';
import { hideSockets } from './module-gate-sockets.ts';

/** Functions of `process` that reach around the gate or out of the sandbox. */
const CLOSED_PROCESS_MEMBERS: readonly string[] = [
  'binding',
  '_linkedBinding',
  'dlopen',
  'execve',
  'kill',
  '_kill',
  '_debugProcess',
  '_debugEnd',
  '_startProfilerIdleNotifier',
  '_stopProfilerIdleNotifier',
  'report',
  'mainModule',
  '_getActiveHandles',
  '_getActiveRequests',
  'getActiveResourcesInfo',
  'loadEnvFile',
  'chdir',
  'setuid',
  'seteuid',
  'setgid',
  'setegid',
  'setgroups',
  'initgroups',
  'umask',
  'openStdin',
  'setSourceMapsEnabled',
  'addUncaughtExceptionCaptureCallback',
  'moduleLoadList',
  '_rawDebug',
];

/**
 * Functions of the module class, which every CommonJS module has as `module.constructor`: hooks that are
 * registered later run before this gate's, and may end the chain.
 */
const CLOSED_MODULE_MEMBERS: readonly string[] = ['registerHooks', 'register'];

const NETWORK_GLOBALS: readonly string[] = ['fetch', 'WebSocket', 'EventSource'];

type ReportViolation = (action: string) => void;

/** A name list as a null-prototype table, so that nothing patched is called to look a name up. */
function toTable(names: readonly string[]): Readonly<Record<string, true>> {
  const table = { __proto__: null } as unknown as Record<string, true>;
  for (let index = 0; index < names.length; index += 1) table[names[index] ?? ''] = true;
  return Object.freeze(table);
}

/** The part of a module name before the first slash; for scoped packages, before the second. */
function topLevelName(name: string): string {
  let slashes = name[0] === '@' ? 1 : 0;
  for (let index = 0; index < name.length; index += 1) {
    if (name[index] !== '/') continue;
    if (slashes === 0) return stringSlice(name, 0, index);
    slashes -= 1;
  }
  return name;
}

function withoutScheme(name: string): string {
  return stringSlice(name, 0, 5) === 'node:' ? stringSlice(name, 5) : name;
}

/** Decides about names; knows nothing of how modules are loaded. */
export class ModuleRules {
  readonly #allowed: Readonly<Record<string, true>> | undefined;
  readonly #blocked: Readonly<Record<string, true>>;
  readonly #meta = toTable(CLOSED_MODULES);

  constructor(plan: ModuleGatePlan) {
    this.#allowed = plan.allowed.length === 0 ? undefined : toTable(plan.allowed);
    this.#blocked = toTable(plan.blocked);
  }

  /** Whether a built-in may be used; `name` with or without `node:`. Internal names (`_http_client`) follow the same lists. */
  allowsBuiltin(name: string): boolean {
    const plain = withoutScheme(name);
    const top = topLevelName(plain);
    if (this.#meta[top] === true || this.#blocked[top] === true || this.#blocked[plain] === true)
      return false;
    return this.#allowed === undefined || this.#allowed[top] === true || this.#allowed[plain] === true;
  }

  /** Whether a package of that name may be used. Allow lists speak of built-ins: a plugin's packages are its own code. */
  allowsPackage(name: string): boolean {
    return this.#blocked[topLevelName(name)] !== true && this.#blocked[name] !== true;
  }
}

function denied(action: string): Error {
  return Object.assign(
    new Error(`the sandbox's policy denies it: ${action} (allowedModules, blockedModules)`),
    { code: MODULE_DENIED },
  );
}

/** Names of the packages on a module's path, innermost last: `…/node_modules/a/node_modules/b/x.js` → `b`. */
function packageOfUrl(url: string): string | undefined {
  const marker = '/node_modules/';
  const at = stringLastIndexOf(url, marker);
  return at === -1 ? undefined : topLevelName(stringSlice(url, at + marker.length));
}

/** Installs the gate. From here on, code that loads gets what the rules allow and nothing else. */
export function installModuleGate(plan: ModuleGatePlan, report: ReportViolation): void {
  const rules = new ModuleRules(plan);
  const refuse = (action: string): never => {
    report(action);
    throw denied(action);
  };
  const checkResolved = (url: string): void => {
    if (stringSlice(url, 0, 5) === 'node:') {
      if (!rules.allowsBuiltin(url)) refuse(`import ${url}`);
      return;
    }
    const packageName = packageOfUrl(url);
    if (packageName !== undefined && !rules.allowsPackage(packageName)) refuse(`import ${packageName}`);
  };

  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (isBuiltin(specifier) && !rules.allowsBuiltin(specifier))
        refuse(`import node:${withoutScheme(specifier)}`);
      const resolved = nextResolve(specifier, context);
      checkResolved(resolved.url);
      return resolved;
    },
    load(url, context, nextLoad) {
      checkResolved(url);
      return nextLoad(url, context);
    },
  });

  closeProcess(rules, refuse);
  closeMembers(Module, CLOSED_MODULE_MEMBERS, (name) => refuse(`module.${name}`));
  if (!plan.allowNetwork) {
    closeGlobals(NETWORK_GLOBALS, refuse);
    hideSockets();
  }
  syncBuiltinESMExports();
}

/**
 * Locks a property with an accessor. A setter that does nothing keeps Node's own lazy code running,
 * which assigns to some of these.
 */
function lock(target: object, name: string, get: () => unknown): void {
  defineProperty(target, name, { get, set: () => undefined, enumerable: false, configurable: false });
}

function closeProcess(rules: ModuleRules, refuse: (action: string) => never): void {
  // Bound: `getBuiltinModule.call(…)` would hand it to whoever has patched `Function.prototype.call`.
  const getBuiltinModule = process.getBuiltinModule.bind(process) as (name: string) => unknown;
  const gatedGetBuiltinModule = (name: unknown): unknown => {
    if (typeof name !== 'string') return undefined;
    if (isBuiltin(name) && !rules.allowsBuiltin(name))
      refuse(`process.getBuiltinModule node:${withoutScheme(name)}`);
    return getBuiltinModule(name);
  };
  lock(process, 'getBuiltinModule', () => gatedGetBuiltinModule);
  closeMembers(process, CLOSED_PROCESS_MEMBERS, (name) => refuse(`process.${name}`));
}

/** Makes functions refuse, and hides everything else. */
function closeMembers(target: object, names: readonly string[], refuse: (name: string) => never): void {
  for (const name of names) {
    if (!(name in target)) continue;
    const isFunction = typeof (target as Readonly<Record<string, unknown>>)[name] === 'function';
    const refuseCall = (): never => refuse(name);
    lock(target, name, () => (isFunction ? refuseCall : undefined));
  }
}

function closeGlobals(names: readonly string[], refuse: (action: string) => never): void {
  for (const name of names) {
    if (!(name in globalThis)) continue;
    const refuseCall = function (): never {
      return refuse(name);
    };
    lock(globalThis, name, () => refuseCall);
  }
}
