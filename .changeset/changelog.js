import changelog from '@changesets/cli/changelog';

// All packages have one version, so "depends on the new version of its neighbours" would stand below every one.
export default {
  getReleaseLine: changelog.getReleaseLine,
  getDependencyReleaseLine: () => Promise.resolve(''),
};
