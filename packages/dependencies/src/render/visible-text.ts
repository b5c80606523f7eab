const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * Text as it may be shown. Characters that cannot be seen or that turn text around (controls, bidirectional
 * overrides, lone surrogates) are written as their code point, so an id can neither break a file nor pass for another.
 */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const codePoint = Number(character.codePointAt(0));
    return `<U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** At most `length` characters; what is cut off is marked. Never half a surrogate pair. */
export function shortText(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
