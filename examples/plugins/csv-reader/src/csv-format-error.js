/** The text is not a CSV table. */
export class CsvFormatError extends Error {
  /** @override */
  name = 'CsvFormatError';

  /** Line of the text where it was noticed, counted from 1; `undefined` when the whole is meant. */
  line;

  /**
   * @param {{ problem: string, line?: number | undefined }} facts
   * @param {ErrorOptions} [options]
   */
  constructor({ problem, line }, options) {
    super(line === undefined ? `the CSV text ${problem}` : `the CSV text, line ${line}: ${problem}`, options);
    this.line = line;
  }
}
