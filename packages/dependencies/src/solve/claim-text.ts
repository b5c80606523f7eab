import { OPTIONAL } from '../graph/edge-kind.ts';
import { ABSENT, type CandidatePool, type StateSet } from './candidate-pool.ts';
import type { Fact, Incompatibility } from './incompatibility.ts';
import { itemAt } from '../graph/element-at.ts';

const MAX_NAMED = 6;

/** "a", "a and b", "a, b and c"; with another last word: "a, b or c". */
export function joinWords(words: readonly string[], last: string): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.slice(-1).join('')}`;
}

/** Names a plugin in some of its versions. Neighbours become a span: the set is exact for the candidates there are. */
export function nameVersions(pool: CandidatePool, plugin: number, states: StateSet): string {
  const { id, candidates, all } = pool.entry(plugin);
  const wanted = states & ~ABSENT;
  const name = `"${id}"`;
  if (wanted === (all & ~ABSENT) && candidates.length > 1) return `every version of ${name}`;
  const spans = listSpans(pool, plugin, wanted);
  const shown = spans.slice(0, MAX_NAMED);
  if (spans.length > MAX_NAMED) shown.push(`${String(spans.length - MAX_NAMED)} more`);
  return `${name} ${joinWords(shown, 'or')}`;
}

/** Oldest first, as people count. */
function listSpans(pool: CandidatePool, plugin: number, states: StateSet): string[] {
  const versions = pool
    .entry(plugin)
    .candidates.map(({ version }) => version)
    .reverse();
  const inSet = new Set(pool.versionsIn(plugin, states));
  const spans: string[] = [];
  for (let from = 0; from < versions.length; from += 1) {
    if (!inSet.has(itemAt(versions, from))) continue;
    let to = from;
    while (inSet.has(versions[to + 1] ?? '')) to += 1;
    if (to - from < 2) spans.push(...versions.slice(from, to + 1));
    else spans.push(`${itemAt(versions, from)} to ${itemAt(versions, to)}`);
    from = to;
  }
  return spans;
}

/** A given fact as a clause. */
export function factText(pool: CandidatePool, fact: Fact): string {
  const target = `"${pool.entry(fact.to).id}"${fact.range === undefined ? '' : ` ${fact.range}`}`;
  if (fact.type === 'lock') return `${target} is locked`;
  const availability = fact.accepted === 0n ? availabilityText(pool, fact.to) : '';
  const isOptional = fact.kind === OPTIONAL;
  if (fact.from === undefined) {
    return `you ${isOptional ? 'accept only' : 'require'} ${target}${availability}`;
  }
  const source = nameVersions(pool, fact.from, fact.fromStates);
  return `${source} ${isOptional ? 'works only with' : 'requires'} ${target}${availability}`;
}

function availabilityText(pool: CandidatePool, plugin: number): string {
  const { candidates, id } = pool.entry(plugin);
  if (candidates.length === 0) return `, and there is no plugin "${id}"`;
  return `, and no version of it fits (there is ${nameList(candidates.map(({ version }) => version))})`;
}

function nameList(versions: readonly string[]): string {
  const shown = versions.slice(0, MAX_NAMED);
  if (versions.length > MAX_NAMED) shown.push(`${String(versions.length - MAX_NAMED)} older`);
  return joinWords(shown, 'and');
}

function isEveryVersion(pool: CandidatePool, plugin: number, states: StateSet): boolean {
  const { all, candidates } = pool.entry(plugin);
  return candidates.length > 1 && states === (all & ~ABSENT);
}

/** A derived incompatibility as a clause: what can't be, or what follows from what. */
export function claimText(pool: CandidatePool, { plugins, sets }: Incompatibility): string {
  const ifs: string[] = [];
  const thens: string[] = [];
  plugins.forEach((plugin, at) => {
    const states = itemAt(sets, at);
    if ((states & ABSENT) === 0n) ifs.push(nameVersions(pool, plugin, states));
    else thens.push(nameVersions(pool, plugin, pool.entry(plugin).all & ~states));
  });
  if (ifs.length + thens.length === 0) return 'what you require cannot be met';
  if (thens.length === 0) {
    if (ifs.length > 1) return `${joinWords(ifs, 'and')} cannot be used together`;
    return isEveryVersion(pool, itemAt(plugins, 0), itemAt(sets, 0))
      ? `no version of "${pool.entry(itemAt(plugins, 0)).id}" can be used`
      : `${ifs.join('')} cannot be used`;
  }
  if (ifs.length === 0) return `${joinWords(thens, 'or')} is needed`;
  return `${joinWords(ifs, 'with')} requires ${joinWords(thens, 'or')}`;
}
