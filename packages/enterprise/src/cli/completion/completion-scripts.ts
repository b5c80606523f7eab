/**
 * Completion scripts, made from the program's own table of commands, so that they cannot lag behind it.
 *
 * @module
 */
/** What a shell completes for one command. */
export interface CompletableCommand {
  readonly name: string;
  readonly summary: string;
  /** With the dashes. */
  readonly options: readonly string[];
}

/** Shells with a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

type Render = (commands: readonly CompletableCommand[]) => string;

const RENDERERS: Readonly<Record<Shell, Render>> = { bash: renderBash, zsh: renderZsh, fish: renderFish };

/** The script that makes `shell` complete `truthound`. */
export function renderCompletion(shell: Shell, commands: readonly CompletableCommand[]): string {
  return RENDERERS[shell](commands);
}

function renderBash(commands: readonly CompletableCommand[]): string {
  const cases = commands.map(({ name, options }) => `    ${name}) words="${options.join(' ')}" ;;`);
  return `# truthound completion for bash; in ~/.bashrc: eval "$(truthound completion bash)"
_truthound() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _truthound truthound
`;
}

function renderZsh(commands: readonly CompletableCommand[]): string {
  const names = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options }) => `    ${name}) compadd -- ${options.join(' ')} ;;`);
  return `#compdef truthound
# truthound completion for zsh; in ~/.zshrc, after compinit: eval "$(truthound completion zsh)"
_truthound() {
  local -a commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  if [[ "$words[CURRENT]" != -* ]]; then
    _files
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _truthound truthound
`;
}

function renderFish(commands: readonly CompletableCommand[]): string {
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c truthound -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
    ...options.map(
      (option) => `complete -c truthound -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
    ),
  ]);
  return `# truthound completion for fish; truthound completion fish > ~/.config/fish/completions/truthound.fish\n${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
