import type { Command } from 'commander';
import { UsageError } from '../cli-error.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { SHELLS, renderCompletion } from '../completion/completion-scripts.ts';
import { SIGNING_COMMANDS } from '../signing-commands.ts';

/** Prints a completion script for the commands of `program`. */
export function createCompletionCommand(listCommands: () => readonly Command[]): CommandBuilder {
  return defineCommand<[string], object>({
    syntax: 'completion <shell>',
    summary: 'print the completion script of a shell: bash, zsh or fish',
    examples: [
      ['eval "$(truthound completion bash)"', 'in ~/.bashrc'],
      ['truthound completion fish > ~/.config/fish/completions/truthound.fish', 'once'],
    ],
    async run([name]) {
      const shell = SHELLS.find((each) => each === name);
      if (shell === undefined)
        throw new UsageError(`"${name}" has no script: the shells are ${SHELLS.join(', ')}`);
      const script = renderCompletion(shell, [
        ...listCommands().map((command) => ({
          name: command.name(),
          summary: command.summary(),
          options: command.options.flatMap(({ long }) => (long == null ? [] : [long])),
        })),
        ...Object.entries(SIGNING_COMMANDS).map(([each, summary]) => ({
          name: each,
          summary,
          options: ['--json', '--help'],
        })),
      ]);
      return { lines: [script.trimEnd()], data: { shell, script } };
    },
  });
}
