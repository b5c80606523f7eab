/**
 * Packs what would be published, compares its size with the limits, installs it as a user would have it, and
 * uses it: each package alone with `protocols` and without optional peers, imported and required, with all that
 * its sources export, with its types checked under both module resolutions, and with errors that are instances
 * of the one class in `protocols`, whichever way they were loaded.
 *
 * Works offline: the packages come from their own tarballs, third parties from this workspace.
 *
 * @module
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type PackedPackage, packPackages } from './pack/pack-packages.ts';
import { runProgram } from './pack/run-program.ts';
import { type SizeLimits, findOversize } from './pack/size-limits.ts';
import { closureOf, listPackages, readPackageJson, selectPackages } from './pack/workspace-packages.ts';

const root = resolve(import.meta.dirname, '..');
const packages = listPackages(root);
/** Names on the command line limit what is tried. */
const selected = process.argv.length > 2 ? process.argv.slice(2) : packages.map(({ id }) => id);

/** An expression, over the package as `api`, that throws an error of that class. */
const FAILING_CALLS: Readonly<Record<string, readonly [expression: string, errorClass: string]>> = {
  protocols: ['api.getPreset("none")', 'ValidationError'],
  sandbox: ['api.SandboxFactory.create("wasm")', 'SandboxError'],
  signing: ['new api.VerificationChainBuilder().build()', 'SignatureError'],
  dependencies: ['new api.DependencyGraph().addNode({ pluginId: 7 })', 'ValidationError'],
  versioning: ['api.parseConstraint("not a range")', 'VersionFormatError'],
  lifecycle: ['api.assertTransition("p", "active", "loading")', 'InvalidTransitionError'],
  enterprise: ['new api.EnterprisePluginManager({ unknown: 1 })', 'ValidationError'],
};

/** Unpacks each tarball; answers the folder of each. */
function unpackAll(packed: readonly PackedPackage[], target: string): ReadonlyMap<string, string> {
  return new Map(
    packed.map(({ id, tarball }) => {
      const folder = join(target, 'unpacked', id);
      mkdirSync(folder, { recursive: true });
      runProgram('tar', ['-xzf', tarball, '-C', folder], { cwd: target });
      return [id, join(folder, 'package')];
    }),
  );
}

function checkSizes(packed: readonly PackedPackage[]): void {
  const faults = packed.flatMap((each) => findOversize(each.id, sizeOf(each)));
  if (faults.length > 0) throw new Error(`Too large:\n${faults.join('\n')}`);
}

function sizeOf({ packedBytes, unpackedBytes, sbom }: PackedPackage): SizeLimits {
  const { components } = JSON.parse(sbom) as { readonly components: readonly unknown[] };
  return {
    packedKb: Math.ceil(packedBytes / 1000),
    unpackedKb: Math.ceil(unpackedBytes / 1000),
    dependencies: components.length,
  };
}

/** A project with one package installed, and what it depends on. */
function installAlone(name: string, unpacked: ReadonlyMap<string, string>, target: string): string {
  const project = join(target, 'consumers', name);
  const modules = join(project, 'node_modules');
  for (const each of closureOf(name, packages)) {
    cpSync(unpacked.get(each) ?? '', join(modules, '@truthound', each), { recursive: true });
    const { dependencies = {} } = readPackageJson(join(root, 'packages', each));
    for (const dependency of Object.keys(dependencies).filter((other) => !other.startsWith('@truthound/'))) {
      linkThirdParty(dependency, each, modules);
    }
  }
  linkThirdParty('@types/node', name, modules);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  );
  return project;
}

function linkThirdParty(dependency: string, of: string, modules: string): void {
  const own = join(root, 'packages', of, 'node_modules', dependency);
  const hoisted = join(root, 'node_modules', dependency);
  const link = join(modules, dependency);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(existsSync(own) ? own : hoisted, link);
}

/** What a package's sources export. */
function exportsOf(name: string): readonly string[] {
  const source = JSON.stringify(join(root, 'packages', name, 'src', 'index.ts'));
  const script = `console.log(JSON.stringify(Object.keys(await import(${source}))))`;
  return JSON.parse(
    runProgram(
      process.execPath,
      ['--conditions=@truthound/source', '--input-type=module', '--eval', script],
      { cwd: root },
    ),
  ) as readonly string[];
}

function useAsModule(name: string, project: string): void {
  const [expression, errorClass] = FAILING_CALLS[name] ?? [];
  const check =
    expression === undefined
      ? ''
      : `
let failure;
try { ${expression}; } catch (error) { failure = error; }
if (!(failure instanceof protocols.${String(errorClass)})) throw new Error('not an instance of ${String(errorClass)}: ' + failure);
if (!(failure instanceof protocols.TruthoundError)) throw new Error('not a TruthoundError');`;
  // What a build loses, its declarations still promise.
  const guard = `const lost = ${JSON.stringify(exportsOf(name))}.filter((each) => !(each in api));
if (lost.length > 0) throw new Error('it does not export ' + lost.join(', '));${check}`;
  writeFileSync(
    join(project, 'esm.mjs'),
    `import * as api from '@truthound/${name}'; import * as protocols from '@truthound/protocols';\n${guard}`,
  );
  writeFileSync(
    join(project, 'cjs.cjs'),
    `const api = require('@truthound/${name}'); const protocols = require('@truthound/protocols');\n${guard}`,
  );
  writeFileSync(
    join(project, 'both.mjs'),
    `import { createRequire } from 'node:module'; import * as protocols from '@truthound/protocols';\nconst api = createRequire(import.meta.url)('@truthound/${name}');\n${guard}`,
  );
  for (const file of ['esm.mjs', 'cjs.cjs', 'both.mjs'])
    runProgram(process.execPath, [file], { cwd: project });
}

function checkTypes(name: string, project: string): void {
  const use = `import * as api from '@truthound/${name}';\nexport const names: readonly string[] = Object.keys(api);\n`;
  writeFileSync(join(project, 'use.ts'), use);
  writeFileSync(
    join(project, 'use.cts'),
    `import api = require('@truthound/${name}');\nexport const names: readonly string[] = Object.keys(api);\n`,
  );
  const common = [
    '--noEmit',
    '--strict',
    '--target',
    'es2023',
    '--lib',
    'es2023,esnext.disposable',
    '--types',
    'node',
  ];
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  runProgram(process.execPath, [tsc, ...common, '--module', 'node16', 'use.ts', 'use.cts'], { cwd: project });
  runProgram(
    process.execPath,
    [tsc, ...common, '--module', 'esnext', '--moduleResolution', 'bundler', 'use.ts'],
    { cwd: project },
  );
}

const target = mkdtempSync(join(tmpdir(), 'truthound-packed-'));
try {
  const packed = packPackages(root, join(target, 'packed'), selectPackages(packages, selected));
  checkSizes(packed);
  const unpacked = unpackAll(packed, target);
  for (const name of selected) {
    const project = installAlone(name, unpacked, target);
    useAsModule(name, project);
    checkTypes(name, project);
    console.log(`@truthound/${name}: installed alone, it imports, requires and type-checks`);
  }
} finally {
  rmSync(target, { recursive: true, force: true });
}
