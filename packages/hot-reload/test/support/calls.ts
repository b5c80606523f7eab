import type { Setup } from './create-setup.ts';

/** What became of a call. */
export type Outcome = { readonly answer: string } | { readonly error: Error };

/** A call that is on its way. */
export interface Call {
  readonly outcome: Promise<Outcome>;
}

/** Begins a call as a client does, and lets it run until it is in flight, or held. */
export async function beginCall({ loader, clock }: Setup, index: number = 0): Promise<Call> {
  const outcome = loader.call(index).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error: error as Error }),
  );
  await clock.settle();
  return { outcome };
}

/** The version that answers a call made now. */
export async function askVersion(setup: Setup, index: number = 0): Promise<string> {
  const { outcome } = await beginCall(setup, index);
  setup.loader.serving[index]!.finish();
  const result = await outcome;
  if ('error' in result) throw result.error;
  return result.answer;
}
