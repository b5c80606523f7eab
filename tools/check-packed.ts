/**
 * Installs what would be published, as a user would have it, and uses it: each package alone with
 * `protocols` and without optional peers, imported and required, with all that its sources export, with
 * its types checked under both module resolutions, and with errors that are instances of the one class
 * in `protocols`, whichever way they were loaded.
 *
 * Works offline: the packages come from their own tarballs, third parties from this workspace.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

interface PackageJson {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '..');
const packagesFolder = join(root, 'packages');
const packages = readdirSync(packagesFolder);
/** Names on the command line limit what is tried. */
const selected = process.argv.length > 2 ? process.argv.slice(2) : packages;

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

function readPackageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

/** Runs a command; answers what it prints. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd}:\n${stdout}${stderr}`);
  return stdout;
}

/** The packages of this workspace that one needs, itself included. */
function closure(name: string): ReadonlySet<string> {
  const { dependencies = {} } = readPackageJson(join(packagesFolder, name));
  const own = Object.keys(dependencies).filter((each) => each.startsWith('@truthound/'));
  return new Set([name, ...own.flatMap((each) => [...closure(each.slice('@truthound/'.length))])]);
}

/** Packs every package and unpacks it; answers the folder of each. */
function packAll(target: string): ReadonlyMap<string, string> {
  return new Map(
    packages.map((name) => {
      const unpacked = join(target, 'unpacked', name);
      mkdirSync(unpacked, { recursive: true });
      run(
        'npm',
        ['pack', '--silent', '--loglevel=error', '--ignore-scripts', '--pack-destination', unpacked],
        join(packagesFolder, name),
      );
      const tarball = readdirSync(unpacked).find((file) => file.endsWith('.tgz')) ?? '';
      run('tar', ['-xzf', tarball], unpacked);
      return [name, join(unpacked, 'package')];
    }),
  );
}

/** A project with one package installed, and what it depends on. */
function installAlone(name: string, unpacked: ReadonlyMap<string, string>, target: string): string {
  const project = join(target, 'consumers', name);
  const modules = join(project, 'node_modules');
  for (const each of closure(name)) {
    cpSync(unpacked.get(each) ?? '', join(modules, '@truthound', each), { recursive: true });
    const { dependencies = {} } = readPackageJson(join(packagesFolder, each));
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
  const own = join(packagesFolder, of, 'node_modules', dependency);
  const hoisted = join(root, 'node_modules', dependency);
  const link = join(modules, dependency);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(existsSync(own) ? own : hoisted, link);
}

/** What a package's sources export. */
function exportsOf(name: string): readonly string[] {
  const source = JSON.stringify(join(packagesFolder, name, 'src', 'index.ts'));
  const script = `console.log(JSON.stringify(Object.keys(await import(${source}))))`;
  return JSON.parse(
    run(process.execPath, ['--conditions=@truthound/source', '--input-type=module', '--eval', script], root),
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
  for (const file of ['esm.mjs', 'cjs.cjs', 'both.mjs']) run(process.execPath, [file], project);
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
  run(process.execPath, [tsc, ...common, '--module', 'node16', 'use.ts', 'use.cts'], project);
  run(
    process.execPath,
    [tsc, ...common, '--module', 'esnext', '--moduleResolution', 'bundler', 'use.ts'],
    project,
  );
}

const target = mkdtempSync(join(tmpdir(), 'truthound-packed-'));
try {
  const unpacked = packAll(target);
  for (const name of selected) {
    const project = installAlone(name, unpacked, target);
    useAsModule(name, project);
    checkTypes(name, project);
    console.log(`@truthound/${name}: installed alone, it imports, requires and type-checks`);
  }
} finally {
  rmSync(target, { recursive: true, force: true });
}
