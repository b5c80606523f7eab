import type { ResourceUsage } from '@truthound/protocols';
import { toError } from '../to-error.ts';
import type { ObservableInstrument, ObserveCallback, Telemetry, TelemetryTracer } from './telemetry.ts';

/** What is measured of a plugin that is loaded. */
export interface MeasuredPlugin {
  readonly pluginId: string;
  readonly usage: () => Promise<ResourceUsage>;
}

/** OpenTelemetry's StatusCode.ERROR. */
const STATUS_ERROR = 2;
const MEBIBYTE = 1024 * 1024;
const PLUGIN = 'truthound.plugin.id';

const NO_METER = { call: () => undefined, violation: () => undefined, dispose: () => undefined };

interface Instruments {
  call(pluginId: string, seconds: number, error: Error | undefined): void;
  violation(pluginId: string): void;
  dispose(): void;
}

/** Spans and measurements of plugins. Without a tracer or meter it does nothing, and costs nothing. */
export class PluginTelemetry implements Disposable {
  readonly #tracer: TelemetryTracer | undefined;
  readonly #instruments: Instruments;
  readonly #hasMeter: boolean;

  constructor({ tracer, meter }: Telemetry, listLoaded: () => readonly MeasuredPlugin[]) {
    this.#tracer = tracer;
    this.#hasMeter = meter !== undefined;
    this.#instruments = meter === undefined ? NO_METER : createInstruments(meter, listLoaded);
  }

  /** Runs `work` in a span. */
  async trace<Result>(
    act: 'load' | 'verify',
    pluginId: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    return this.#inSpan(act, { [PLUGIN]: pluginId }, work);
  }

  /** Runs a call of a plugin's function in a span, and counts it. */
  async call<Result>(pluginId: string, exportName: string, work: () => Promise<Result>): Promise<Result> {
    const attributes = { [PLUGIN]: pluginId, 'truthound.plugin.export': exportName };
    if (!this.#hasMeter) return this.#inSpan('call', attributes, work);
    const startedAt = performance.now();
    let failure: Error | undefined;
    try {
      return await this.#inSpan('call', attributes, work);
    } catch (error) {
      failure = toError(error);
      throw error;
    } finally {
      this.#instruments.call(pluginId, (performance.now() - startedAt) / 1000, failure);
    }
  }

  violation(pluginId: string): void {
    this.#instruments.violation(pluginId);
  }

  [Symbol.dispose](): void {
    this.#instruments.dispose();
  }

  #inSpan<Result>(
    act: string,
    attributes: Record<string, string>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (this.#tracer === undefined) return work();
    return this.#tracer.startActiveSpan(`truthound.plugin.${act}`, { attributes }, async (span) => {
      try {
        return await work();
      } catch (thrown) {
        const error = toError(thrown);
        span.recordException(error);
        span.setAttribute('error.type', error.name);
        span.setStatus({ code: STATUS_ERROR, message: error.message });
        throw thrown;
      } finally {
        span.end();
      }
    });
  }
}

function createInstruments(
  meter: NonNullable<Telemetry['meter']>,
  listLoaded: () => readonly MeasuredPlugin[],
): Instruments {
  const calls = meter.createCounter('truthound.plugin.calls', {
    unit: '{call}',
    description: 'Calls of plugins',
  });
  const errors = meter.createCounter('truthound.plugin.errors', {
    unit: '{call}',
    description: 'Calls that failed',
  });
  const duration = meter.createHistogram('truthound.plugin.call.duration', {
    unit: 's',
    description: 'Time of calls',
  });
  const violations = meter.createCounter('truthound.plugin.violations', {
    unit: '{violation}',
    description: 'Denied acts',
  });
  const observe =
    (read: (usage: ResourceUsage) => number): ObserveCallback =>
    async (result) => {
      const usages = await Promise.allSettled(
        listLoaded().map(async ({ pluginId, usage }) => ({ pluginId, value: read(await usage()) })),
      );
      for (const each of usages)
        if (each.status === 'fulfilled') result.observe(each.value.value, { [PLUGIN]: each.value.pluginId });
    };
  const gauges: readonly (readonly [ObservableInstrument, ObserveCallback])[] = [
    [
      meter.createObservableGauge('truthound.plugin.memory', { unit: 'By', description: 'Memory of guests' }),
      observe(({ memoryMb }) => memoryMb * MEBIBYTE),
    ],
    [
      meter.createObservableGauge('truthound.plugin.cpu.time', {
        unit: 's',
        description: 'CPU time of guests',
      }),
      observe(({ cpuSeconds }) => cpuSeconds),
    ],
  ];
  for (const [gauge, callback] of gauges) gauge.addCallback(callback);
  return {
    call: (pluginId, seconds, error) => {
      const attributes = { [PLUGIN]: pluginId };
      calls.add(1, attributes);
      duration.record(seconds, attributes);
      if (error !== undefined) errors.add(1, { ...attributes, 'error.type': error.name });
    },
    violation: (pluginId) => {
      violations.add(1, { [PLUGIN]: pluginId });
    },
    dispose: () => {
      for (const [gauge, callback] of gauges) gauge.removeCallback(callback);
    },
  };
}
