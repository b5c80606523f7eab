import {
  DependencyCycleError,
  DependencyError,
  MissingDependencyError,
  VersionConflictError,
} from '@truthound/protocols';
import { type Inmate, withManifest } from './inmate.ts';

/** Plugins that do not fit the others, or the host. */
export const BADLY_MATCHED: readonly Inmate[] = [
  {
    id: 'cyclic-a',
    at: 'load',
    error: DependencyCycleError,
    message: /cyclic-a.*cyclic-b/,
    build: withManifest('cyclic-a', { manifest: { dependencies: { 'cyclic-b': '*' } } }),
  },
  {
    id: 'cyclic-b',
    at: 'load',
    error: DependencyError,
    message: /cyclic-b.*cyclic-a/,
    build: withManifest('cyclic-b', { manifest: { dependencies: { 'cyclic-a': '*' } } }),
  },
  {
    id: 'missing-dependency',
    at: 'load',
    error: MissingDependencyError,
    message: /absent/,
    build: withManifest('missing-dependency', { manifest: { dependencies: { absent: '^1.0.0' } } }),
  },
  {
    id: 'picky',
    at: 'load',
    error: VersionConflictError,
    message: /good-0/,
    build: withManifest('picky', { manifest: { dependencies: { 'good-0': '^2.0.0' } } }),
  },
  {
    id: 'other-host',
    at: 'load',
    error: VersionConflictError,
    message: /\^9\.0\.0/,
    build: withManifest('other-host', { packageJson: { engines: { truthound: '^9.0.0' } } }),
  },
];
