import { LifecycleState } from '@truthound/protocols';

/** Fill of a plugin by state. Text stays readable on each. */
export const STATE_COLORS: Readonly<Record<LifecycleState, string>> = Object.freeze({
  [LifecycleState.DISCOVERED]: '#f1f3f5',
  [LifecycleState.LOADING]: '#d0ebff',
  [LifecycleState.LOADED]: '#a5d8ff',
  [LifecycleState.ACTIVATING]: '#d3f9d8',
  [LifecycleState.ACTIVE]: '#8ce99a',
  [LifecycleState.DEACTIVATING]: '#fff3bf',
  [LifecycleState.INACTIVE]: '#ffe066',
  [LifecycleState.UNLOADING]: '#e9ecef',
  [LifecycleState.UNLOADED]: '#ced4da',
  [LifecycleState.ERROR]: '#ffa8a8',
  [LifecycleState.RELOADING]: '#d0bfff',
});

function arrowHead(id: string, color: string): string {
  return `<marker id="${id}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="${color}"/></marker>`;
}

/** Everything about looks, inside the file: it must not load anything. */
export const STYLE: string = [
  '<style>',
  'text{font:12px ui-monospace,Menlo,Consolas,monospace;text-anchor:middle;fill:#212529}',
  'text.detail{font-size:10px;fill:#495057}',
  'text.legend{font-size:10px;text-anchor:start}',
  '.node rect{fill:#fff;stroke:#495057}',
  '.node.absent rect{stroke-dasharray:4 3;fill:none}',
  '.node.cyclic rect{stroke:#c92a2a;stroke-width:2.5}',
  '.edge{fill:none;stroke:#868e96}',
  '.edge.optional{stroke-dasharray:6 4}',
  '.edge.dev{stroke-dasharray:1 4}',
  '.edge.cyclic{stroke:#c92a2a;stroke-width:2}',
  '</style>',
  `<defs>${arrowHead('arrow', '#868e96')}${arrowHead('arrow-cyclic', '#c92a2a')}</defs>`,
].join('');
