/**
 * The part of OpenTelemetry's API that the manager uses, as interfaces of its own: a tracer or meter of
 * `@opentelemetry/api` fits as it is, and nothing has to be installed by those who want neither.
 *
 * @module
 */

/** Values of attributes. */
export type TelemetryAttributes = Record<string, string | number | boolean>;

/** One piece of work that is timed. */
export interface TelemetrySpan {
  setAttribute(name: string, value: string | number | boolean): unknown;
  recordException(error: Error): void;
  /** `code` 2 is OpenTelemetry's ERROR. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

/** Makes spans. */
export interface TelemetryTracer {
  /** Runs `work` with a new span as the current one, so that spans within it become its children. */
  startActiveSpan<Result>(
    name: string,
    options: { readonly attributes?: TelemetryAttributes },
    work: (span: TelemetrySpan) => Result,
  ): Result;
}

/** How an instrument is described. */
export interface InstrumentOptions {
  readonly description?: string;
  /** UCUM: `s`, `By`, `{call}`. */
  readonly unit?: string;
}

/** Makes instruments. */
export interface TelemetryMeter {
  createCounter(
    name: string,
    options?: InstrumentOptions,
  ): { add(value: number, attributes?: TelemetryAttributes): void };
  createHistogram(
    name: string,
    options?: InstrumentOptions,
  ): { record(value: number, attributes?: TelemetryAttributes): void };
  createObservableGauge(name: string, options?: InstrumentOptions): ObservableInstrument;
}

/** An instrument that is asked for its values when they are exported. */
export interface ObservableInstrument {
  addCallback(callback: ObserveCallback): void;
  removeCallback(callback: ObserveCallback): void;
}

/** Tells an instrument's values. */
export type ObserveCallback = (result: {
  observe(value: number, attributes?: TelemetryAttributes): void;
}) => void | Promise<void>;

/** Where spans and measurements go. Either may be left out. */
export interface Telemetry {
  readonly tracer?: TelemetryTracer | undefined;
  readonly meter?: TelemetryMeter | undefined;
}
