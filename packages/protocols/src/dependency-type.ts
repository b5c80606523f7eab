/** What a plugin needs another one for. */
export const DependencyType = {
  /** Must be installed, in a fitting version, and is loaded first. */
  REQUIRED: 'required',
  /** May be missing. Loaded first where it is installed; never blocks. */
  OPTIONAL: 'optional',
  /** Needed only to develop the plugin. Ignored when plugins are loaded. */
  DEV: 'dev',
} as const;
Object.freeze(DependencyType);

/** One of the values of the {@link DependencyType} object. */
export type DependencyType = (typeof DependencyType)[keyof typeof DependencyType];
