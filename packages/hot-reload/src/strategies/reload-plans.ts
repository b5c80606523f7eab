import { ReloadStrategy } from '@truthound/protocols';
import { graceful } from './graceful.ts';
import { immediate } from './immediate.ts';
import type { ReloadPlan } from './reload-plan.ts';
import { rolling } from './rolling.ts';

/** Every strategy and what it does. A new one is a file and a row. */
export const RELOAD_PLANS: Readonly<Record<ReloadStrategy, ReloadPlan>> = Object.freeze({
  [ReloadStrategy.GRACEFUL]: graceful,
  [ReloadStrategy.IMMEDIATE]: immediate,
  [ReloadStrategy.ROLLING]: rolling,
});
