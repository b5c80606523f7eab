import { DEVELOPMENT, PluginManifest, STANDARD, createPolicy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { describePermissions, findDenials } from '../../../src/cli/check/policy-denials.ts';

function manifestAsking(permissions: object): PluginManifest {
  return PluginManifest.parse({ name: 'asker', version: '1.0.0', truthound: { permissions } });
}

const ALL = {
  network: true,
  subprocess: true,
  read: ['/srv/data/in', './own'],
  write: ['/srv/data/out', '/srv/other'],
  modules: ['node:fs/promises', 'child_process', 'wasi'],
};

describe('findDenials', () => {
  it('denies nothing that the policy gives', () => {
    const policy = createPolicy({ base: DEVELOPMENT, allowedPaths: ['/srv/data'], writablePaths: ['/srv'] });
    expect(findDenials(manifestAsking(ALL), policy)).toEqual([]);
  });

  it('denies what lies beside the paths that the policy gives', () => {
    const policy = createPolicy({
      base: STANDARD,
      allowedPaths: ['/srv/data'],
      writablePaths: ['/srv/data'],
    });
    expect(
      findDenials(manifestAsking({ ...ALL, network: false, subprocess: false, modules: ['sea'] }), policy),
    ).toEqual([
      { permission: 'write', asked: '/srv/other', reason: 'it is not in writablePaths' },
      { permission: 'modules', asked: 'sea', reason: 'it is in blockedModules' },
    ]);
  });

  it('tells a module that is blocked from one that is not allowed', () => {
    const policy = createPolicy({ base: STANDARD, allowedModules: ['fs'] });
    expect(findDenials(manifestAsking({ modules: ['fs/promises', 'url', 'net'] }), policy)).toEqual([
      { permission: 'modules', asked: 'url', reason: 'it is not in allowedModules' },
      { permission: 'modules', asked: 'net', reason: 'it is in blockedModules' },
    ]);
  });
});

describe('describePermissions', () => {
  it('names what is asked for with the author’s reasons, and nothing that is not', () => {
    expect(
      describePermissions(
        manifestAsking({ ...ALL, host: ['kv.get'], reasons: { network: 'fetches rates' } }),
      ),
    ).toEqual([
      'network: the network (fetches rates)',
      'subprocess: starting processes',
      'read: /srv/data/in, ./own',
      'write: /srv/data/out, /srv/other',
      'modules: node:fs/promises, child_process, wasi',
      'host: kv.get',
    ]);
    expect(describePermissions(manifestAsking({ modules: [] }))).toEqual([]);
    expect(describePermissions(manifestAsking({}))).toEqual([
      'modules: not said: whatever the policy allows',
    ]);
  });
});
