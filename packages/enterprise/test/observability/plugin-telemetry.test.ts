import { metrics, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import {
  type ObserveCallback,
  type Telemetry,
  type TelemetryAttributes,
  type TelemetryMeter,
  type TelemetryTracer,
  openTelemetry,
} from '../../src/index.ts';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

interface Recorded {
  readonly spans: { name: string; attributes: TelemetryAttributes; errors: string[]; isEnded: boolean }[];
  readonly values: { name: string; value: number; attributes: TelemetryAttributes }[];
  readonly callbacks: Map<string, ObserveCallback>;
}

function record(): { readonly telemetry: Telemetry; readonly recorded: Recorded } {
  const recorded: Recorded = { spans: [], values: [], callbacks: new Map() };
  const tracer: TelemetryTracer = {
    startActiveSpan: (name, { attributes = {} }, work) => {
      const span = { name, attributes: { ...attributes }, errors: [] as string[], isEnded: false };
      recorded.spans.push(span);
      return work({
        setAttribute: (key, value) => (span.attributes[key] = value),
        recordException: (error) => span.errors.push(error.message),
        setStatus: () => undefined,
        end: () => {
          span.isEnded = true;
        },
      });
    },
  };
  const note =
    (name: string) =>
    (value: number, attributes: TelemetryAttributes = {}): void => {
      recorded.values.push({ name, value, attributes });
    };
  const meter: TelemetryMeter = {
    createCounter: (name) => ({ add: note(name) }),
    createHistogram: (name) => ({ record: note(name) }),
    createObservableGauge: (name) => ({
      addCallback: (callback) => void recorded.callbacks.set(name, callback),
      removeCallback: () => void recorded.callbacks.delete(name),
    }),
  };
  return { telemetry: { tracer, meter }, recorded };
}

describe('telemetry', () => {
  it('has spans around load, verify and call, and measures calls, errors, latency, memory, CPU and violations', async () => {
    await using workshop = await Workshop.create();
    const code =
      'export const ping = () => "pong"; export const fail = () => { throw new Error("no"); }; export const pry = () => import("node:child_process").catch(() => "out");';
    await workshop.plugin('ponger', { code });
    await workshop.plugin('unsigned', { sign: false });
    const { telemetry, recorded } = record();
    {
      await using manager = await manage(workshop, { telemetry });
      const handle = await manager.load('ponger');
      await handle.call('ping');
      await handle.exports['ping']?.();
      await handle.call('fail').catch(() => undefined);
      await handle.call('pry');
      await manager.load('unsigned').catch(() => undefined);
      expect(recorded.spans.map(({ name, attributes }) => [name, attributes['truthound.plugin.id']])).toEqual(
        [
          ['truthound.plugin.load', 'ponger'],
          ['truthound.plugin.verify', 'ponger'],
          ...Array.from({ length: 4 }, () => ['truthound.plugin.call', 'ponger']),
          ['truthound.plugin.load', 'unsigned'],
          ['truthound.plugin.verify', 'unsigned'],
        ],
      );
      expect(recorded.spans.every(({ isEnded }) => isEnded)).toBe(true);
      expect(recorded.spans.filter(({ errors }) => errors.length > 0)).toHaveLength(3);
      const sum = (name: string): number =>
        recorded.values.filter((each) => each.name === name).reduce((total, { value }) => total + value, 0);
      expect(sum('truthound.plugin.calls')).toBe(4);
      expect(sum('truthound.plugin.errors')).toBe(1);
      expect(sum('truthound.plugin.call.duration')).toBeGreaterThan(0);
      expect(sum('truthound.plugin.violations')).toBeGreaterThan(0);
      const observed: number[] = [];
      for (const callback of recorded.callbacks.values())
        await callback({ observe: (value) => observed.push(value) });
      expect(observed).toHaveLength(2);
      expect(observed.every((value) => value > 0)).toBe(true);
    }
    expect(recorded.callbacks.size).toBe(0);
  });

  it('takes the tracer and meter of OpenTelemetry’s API as they are', async () => {
    const tracer: TelemetryTracer = trace.getTracer('test');
    const meter: TelemetryMeter = metrics.getMeter('test');
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, { telemetry: { tracer, meter } });
    expect(await (await manager.load<{ ping(): string }>('ponger')).call('ping')).toBe('pong');
    expect(Object.keys(await openTelemetry())).toEqual(['tracer', 'meter']);
  });
});
