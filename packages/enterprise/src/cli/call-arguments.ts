import { UsageError } from './cli-error.ts';

/** Arguments for a plugin's function: JSON, one value each. @throws UsageError that shows how to write the text */
export function parseCallArguments(texts: readonly string[]): readonly unknown[] {
  return texts.map((text, index) => {
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new UsageError(
        `argument ${index + 1} is not JSON: ${text}\nif it is a text, write it as '${JSON.stringify(text)}'`,
        { cause },
      );
    }
  });
}
