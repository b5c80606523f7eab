/**
 * The parts of a documentation that are lists of facts, the same for every format.
 *
 * @module
 */
import type { PluginDocumentation } from './plugin-documentation.ts';

/** A table with its heading. */
export interface DocTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function aboutTable(doc: PluginDocumentation): DocTable {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Id', doc.id],
    ['Package', doc.name],
    ['Version', doc.version],
    ['Author', doc.author],
    ['License', doc.license],
    ['Homepage', doc.homepage],
    ['Keywords', doc.keywords.join(', ') || undefined],
    ['Host', doc.hostRange ?? 'any version'],
    ['Isolation', `at least "${doc.isolation}"`],
    ['Called by the host', doc.hooks.join(', ') || undefined],
  ];
  return {
    title: 'About',
    columns: ['', ''],
    rows: rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  };
}

function permissionTable({ permissions }: PluginDocumentation): DocTable {
  const { network, subprocess, read, write, modules, host, env, reasons } = permissions;
  const asked: readonly (readonly [string, string])[] = [
    ['network', network ? 'yes' : ''],
    ['subprocess', subprocess ? 'yes' : ''],
    ['read', read.join(', ')],
    ['write', write.join(', ')],
    ['modules', modules === undefined ? 'all that the host’s policy allows' : modules.join(', ')],
    ['host', host.join(', ')],
    ['env', env.join(', ')],
  ];
  const reasonFor = (name: string): string => (Object.hasOwn(reasons, name) ? (reasons[name] ?? '') : '');
  return {
    title: 'Permissions',
    columns: ['Permission', 'Asks for', 'Because'],
    rows: asked.filter(([, value]) => value !== '').map(([name, value]) => [name, value, reasonFor(name)]),
  };
}

function dependencyTable({ dependencies }: PluginDocumentation): DocTable {
  return {
    title: 'Depends on',
    columns: ['Plugin', 'Versions', 'Kind'],
    rows: Object.entries(dependencies).map(([id, { range, type }]) => [id, range, type]),
  };
}

/** The tables of a documentation; empty ones are left out. */
export function listDocTables(doc: PluginDocumentation): readonly DocTable[] {
  return [aboutTable(doc), permissionTable(doc), dependencyTable(doc)].filter(({ rows }) => rows.length > 0);
}
