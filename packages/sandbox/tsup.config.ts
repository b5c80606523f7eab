import type { Options } from 'tsup';
import { libraryConfig, standaloneConfig } from '../../tools/tsup.ts';

const config: Options[] = [
  libraryConfig({
    entries: ['src/conformance.ts'],
    executables: ['src/guest-image-cli.ts'],
    shims: true,
    keep: ['guest.cjs'],
  }),
  standaloneConfig({ guest: 'src/guest/main.ts' }),
];
export default config;
