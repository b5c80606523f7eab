import type { Options } from 'tsup';
import { libraryConfig } from '../../tools/tsup.ts';

const config: Options = libraryConfig();
export default config;
