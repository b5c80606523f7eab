import { LifecycleEvent, LifecycleState } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import type { BackgroundErrorContext } from '../src/background-error.ts';
import { LifecycleManager } from '../src/lifecycle-manager.ts';
import type { LifecycleSpan, LifecycleSpanEnd } from '../src/lifecycle-observer.ts';
import { createPlugin } from './recording-plugin.ts';

function record(): {
  log: string[];
  ends: LifecycleSpanEnd[];
  spans: LifecycleSpan[];
  observer: (span: LifecycleSpan) => (end: LifecycleSpanEnd) => void;
} {
  const log: string[] = [];
  const ends: LifecycleSpanEnd[] = [];
  const spans: LifecycleSpan[] = [];
  const observer = (span: LifecycleSpan) => {
    spans.push(span);
    log.push(`${span.name} starts`);
    return (end: LifecycleSpanEnd): void => {
      ends.push(end);
      log.push(`${span.name} ${end.outcome} [${end.state}]`);
    };
  };
  return { log, ends, spans, observer };
}

describe('an observer', () => {
  it('sees a transition and the steps inside it, with how each ended', async () => {
    const { log, ends, spans, observer } = record();
    const manager = new LifecycleManager({ observer });
    const plugin = createPlugin('csv', [], { version: '1.2.0' });
    await manager.transition(plugin, { toState: LifecycleState.ACTIVE, metadata: { by: 'Ann' } });
    expect(log).toEqual([
      'transition starts',
      'load starts',
      'load done [loading]',
      'activate starts',
      'activate done [activating]',
      'transition done [active]',
    ]);
    expect(spans[0]).toEqual({
      kind: 'transition',
      name: 'transition',
      pluginId: 'csv',
      version: '1.2.0',
      fromState: 'discovered',
      toState: 'active',
      metadata: { by: 'Ann' },
    });
    expect(spans[1]).toMatchObject({ kind: 'step', name: 'load', fromState: 'loading', toState: 'loaded' });
    expect(ends.every(({ durationMs, error }) => durationMs >= 0 && error === undefined)).toBe(true);
  });

  it('sees a failure with its error', async () => {
    const { log, ends, observer } = record();
    const manager = new LifecycleManager({ observer });
    const error = new Error('broken');
    const plugin = createPlugin('csv', [], { load: () => Promise.reject(error) });
    await expect(manager.transition(plugin, { toState: LifecycleState.LOADED })).rejects.toBe(error);
    expect(log.slice(-2)).toEqual(['load failed [loading]', 'transition failed [error]']);
    expect(ends.map((end) => end.error)).toEqual([error, error]);
  });

  it('may care for beginnings only', async () => {
    const manager = new LifecycleManager({ observer: () => undefined });
    expect(await manager.transition(createPlugin('csv'), { toState: LifecycleState.ACTIVE })).toBe(true);
  });

  it('that fails is reported and changes nothing', async () => {
    const reports: [string, BackgroundErrorContext][] = [];
    const manager = new LifecycleManager({
      observer: ({ kind }) => {
        if (kind === 'step') throw new Error('cannot start');
        return () => {
          throw new Error('cannot end');
        };
      },
      onBackgroundError: (error, context) => void reports.push([error.message, context]),
    });
    manager.on(LifecycleEvent.BEFORE_ACTIVATE, () => ({ veto: 'no' }));
    const move = manager.transition(createPlugin('csv'), { toState: LifecycleState.ACTIVE });
    await expect(move).rejects.toThrow('no');
    expect(reports).toEqual([
      ['cannot start', { pluginId: 'csv', source: 'observer', about: 'load' }],
      ['cannot end', { pluginId: 'csv', source: 'observer', about: 'transition' }],
    ]);
  });
});
