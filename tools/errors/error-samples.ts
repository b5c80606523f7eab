import { PLUGIN_SAMPLES } from './plugin-samples.ts';
import { SampleFolder } from './sample-folder.ts';
import { SECURITY_SAMPLES } from './security-samples.ts';

const SAMPLES = { ...PLUGIN_SAMPLES, ...SECURITY_SAMPLES };

/** The codes of which there is a sample. */
export const SAMPLE_CODES: readonly string[] = Object.keys(SAMPLES);

/** Lets the error of a code happen and answers its message, with the folder it happened in called `/srv`. */
export async function sampleMessage(code: string): Promise<string> {
  await using folder = await SampleFolder.create();
  try {
    await SAMPLES[code]?.(folder);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== code) throw error;
    return error.message.replaceAll(folder.path, '/srv');
  }
  throw new Error(`the sample of ${code} ends without an error`);
}
