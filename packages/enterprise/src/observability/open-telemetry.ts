import type { Telemetry, TelemetryMeter, TelemetryTracer } from './telemetry.ts';

/** Of `@opentelemetry/api`: an optional peer, whose types must not be needed to read ours. */
interface OpenTelemetryApi {
  readonly trace: { getTracer(name: string): TelemetryTracer };
  readonly metrics: { getMeter(name: string): TelemetryMeter };
}

const API = '@opentelemetry/api';

/**
 * The tracer and meter of the OpenTelemetry SDK that the host has set up, for the `telemetry` option.
 * @param name the instrumentation scope. @defaultValue '@truthound/enterprise'
 * @throws Error when `@opentelemetry/api` is not installed
 */
export async function openTelemetry(name: string = '@truthound/enterprise'): Promise<Telemetry> {
  let api: OpenTelemetryApi;
  try {
    api = (await import(API)) as OpenTelemetryApi;
  } catch (cause) {
    throw new Error(`${API} is not installed: npm install ${API}`, { cause });
  }
  return Object.freeze({ tracer: api.trace.getTracer(name), meter: api.metrics.getMeter(name) });
}
