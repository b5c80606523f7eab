/** What a doc comment says of a function. */
export interface CommentFacts {
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly description: string }[];
  readonly returns: string | undefined;
  readonly throws: readonly string[];
  readonly examples: readonly string[];
  /** Why not to use it any more. */
  readonly deprecated: string | undefined;
}

const NO_COMMENT: CommentFacts = Object.freeze({
  description: '',
  parameters: [],
  returns: undefined,
  throws: [],
  examples: [],
  deprecated: undefined,
});

const PARAMETER = /^\[?([\w$.]+)(?:=[^\]]*)?\]?\s*(?:-\s*)?/;
/** A type in braces, which may hold an object type. */
const TYPE = /^\{((?:[^{}]|\{[^{}]*\})*)\}\s*/;

/** Text that begins with a type: the type first, as a reader of JavaScript has no other place to see it. */
function withType(type: string | undefined, text: string): string {
  return [type, text].filter((part) => part !== undefined && part !== '').join(': ');
}

/** The lines of a comment without its frame. */
function unframe(comment: string): readonly string[] {
  return comment
    .slice(3, comment.endsWith('*/') ? -2 : undefined)
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
}

/** Reads a doc comment in the way of JSDoc and TSDoc. */
export function parseDocComment(comment: string | undefined): CommentFacts {
  if (comment === undefined) return NO_COMMENT;
  const blocks: { tag: string; lines: string[] }[] = [{ tag: '', lines: [] }];
  for (const line of unframe(comment)) {
    const tag = /^\s*@(\w+)\s*/.exec(line);
    if (tag === null) blocks.at(-1)?.lines.push(line);
    else blocks.push({ tag: tag[1] ?? '', lines: [line.slice(tag[0].length)] });
  }
  const textsOf = (...tags: readonly string[]): readonly string[] =>
    blocks.filter(({ tag }) => tags.includes(tag)).map(({ lines }) => lines.join('\n').trim());
  const prose = (text: string): string => {
    const linked = text.replaceAll(/\{@link ([^}]+)\}/g, '$1');
    const match = TYPE.exec(linked);
    return withType(match?.[1], linked.slice(match?.[0].length ?? 0));
  };
  return Object.freeze({
    description: prose(textsOf('')[0] ?? ''),
    parameters: textsOf('param', 'arg', 'argument').map((text) => {
      const type = TYPE.exec(text);
      const rest = text.slice(type?.[0].length ?? 0);
      const match = PARAMETER.exec(rest);
      const description = withType(type?.[1], prose(rest.slice(match?.[0].length ?? 0)));
      return { name: match?.[1] ?? '', description };
    }),
    returns: textsOf('returns', 'return').map(prose)[0],
    throws: textsOf('throws', 'throw', 'exception').map(prose),
    examples: textsOf('example'),
    deprecated: textsOf('deprecated').map(prose)[0],
  });
}
