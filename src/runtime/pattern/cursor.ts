// A place in the text of a regular expression that is being read.
import { PatternError } from './pattern-error.ts';

export class Cursor {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.position >= this.text.length;
  }

  isAt(form: string): boolean {
    return this.text.startsWith(form, this.position);
  }

  /** So many characters from here, or fewer at the end. */
  rest(length: number): string {
    return this.text.slice(this.position, this.position + length);
  }

  skip(form: string): boolean {
    const isHere = this.isAt(form);
    if (isHere) this.position += form.length;
    return isHere;
  }

  matches(form: RegExp): boolean {
    return form.test(this.text.slice(this.position));
  }

  /** @param form begins with ^ */
  take(form: RegExp): RegExpExecArray | null {
    const found = form.exec(this.text.slice(this.position));
    if (found !== null) this.position += found[0].length;
    return found;
  }

  skipAll(form: RegExp): void {
    this.take(form);
  }

  /** The next character. */
  codePoint(): number {
    const code = this.text.codePointAt(this.position) ?? 0;
    this.position += code > 0xffff ? 2 : 1;
    return code;
  }

  error(reason: string): PatternError {
    return new PatternError(this.text, reason, this.position);
  }
}
