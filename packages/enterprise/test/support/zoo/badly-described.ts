import { execFileSync } from 'node:child_process';
import { symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ManifestError } from '@truthound/protocols';
import type { Workshop } from '../workshop.ts';
import { type Inmate, withManifest } from './inmate.ts';

/** Folders whose manifest cannot be used. */
export const BADLY_DESCRIBED: readonly Inmate[] = [
  {
    id: 'too-wide',
    at: 'discovery',
    error: ManifestError,
    message: /truthound\.permissions\.everything is not a known permission/,
    build: withManifest('too-wide', { manifest: { permissions: { everything: true } } }),
  },
  {
    id: 'bad-range',
    at: 'discovery',
    error: ManifestError,
    message: /truthound\.dependencies\.good-0 is no version range/,
    build: withManifest('bad-range', { manifest: { dependencies: { 'good-0': 'not a range' } } }),
  },
  {
    id: 'twin',
    at: 'discovery',
    error: ManifestError,
    message: /"twin" is also the id of the plugin in .*clone/,
    build: withManifest('twin', {}),
  },
  {
    id: 'clone',
    at: 'discovery',
    error: ManifestError,
    message: /"twin" is also the id of the plugin in .*twin/,
    build: withManifest('clone', { manifest: { id: 'twin' } }),
  },
  {
    id: 'no-package',
    at: 'discovery',
    error: ManifestError,
    message: /has no package\.json/,
    build: (workshop: Workshop, canary: string): Promise<unknown> =>
      workshop.write('no-package', 'index.js', canary),
  },
  {
    id: 'no-json',
    at: 'discovery',
    error: ManifestError,
    message: /is not JSON/,
    build: (workshop: Workshop): Promise<unknown> =>
      workshop.write('no-json', 'package.json', '{ "name": "no-json", '),
  },
  {
    id: 'huge-manifest',
    at: 'discovery',
    error: ManifestError,
    message: /larger than 1048576 bytes/,
    async build(workshop: Workshop): Promise<void> {
      await workshop.write('huge-manifest', 'package.json', '{');
      // Four gigabytes that take no room: who reads them all before looking has lost.
      await truncate(join(workshop.pluginPath('huge-manifest'), 'package.json'), 4 * 1024 ** 3);
    },
  },
  {
    id: 'endless-manifest',
    at: 'discovery',
    error: ManifestError,
    message: /is not a regular file/,
    async build(workshop: Workshop): Promise<void> {
      await workshop.write('endless-manifest', 'other.json', '');
      await symlink('/dev/zero', join(workshop.pluginPath('endless-manifest'), 'package.json'));
    },
  },
  {
    id: 'piped-manifest',
    at: 'discovery',
    error: ManifestError,
    message: /is not a regular file/,
    async build(workshop: Workshop): Promise<void> {
      await workshop.write('piped-manifest', 'other.json', '');
      // Nobody ever writes into it: who opens it and waits, hangs.
      execFileSync('mkfifo', [join(workshop.pluginPath('piped-manifest'), 'package.json')]);
    },
  },
  {
    id: 'dangling',
    at: 'discovery',
    error: ManifestError,
    message: /package\.json/,
    build: (workshop: Workshop): Promise<unknown> => symlink('/nowhere', workshop.pluginPath('dangling')),
  },
];
