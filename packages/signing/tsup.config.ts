import type { Options } from 'tsup';
import { libraryConfig } from '../../tools/tsup.ts';

const config: Options = libraryConfig({ entries: ['src/portable.ts'], executables: ['src/cli.ts'] });
export default config;
