import type { Options } from 'tsup';
import { libraryConfig } from '../../tools/tsup.ts';

const config: Options = libraryConfig({ executables: ['src/cli.ts'], shims: true });
export default config;
