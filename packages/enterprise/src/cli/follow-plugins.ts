import type { EnterprisePluginManager } from '../enterprise-plugin-manager.ts';
import type { Terminal } from './terminal.ts';

/** Shows what plugins write, what they were denied, and what the manager let through, on standard error. */
export function followPlugins(manager: EnterprisePluginManager, terminal: Terminal): void {
  manager.on('log', ({ pluginId, level, text }) => {
    terminal.note(`[${pluginId}] ${level}: ${text.trimEnd()}`);
  });
  manager.on('violation', ({ pluginId, type, action }) => {
    terminal.note(`[${pluginId}] denied (${type}): ${action}`, 'red');
  });
  manager.on('warning', ({ pluginId, error }) => {
    terminal.note(`[${pluginId}] warning: ${error.message}`, 'yellow');
  });
}

/** The function `log` that hosts of the command line offer to plugins. */
export function createLogFunction(terminal: Terminal): (text: unknown) => void {
  return (text) => {
    terminal.note(`[host] ${String(text)}`);
  };
}
