// JSON that others have sent. What is nested deeper than anybody means to would break whoever walks over it later, such as
// JSON.stringify, and more than a field table may be (128) cannot be read back.

/** Arrays and objects within each other. */
const DEPTH_MAX = 100;

/** @throws SyntaxError that quotes nothing of the text, which may be secret */
export function parseJson(text: string): unknown {
  const value = parse(text);
  if (isDeeperThan(DEPTH_MAX, value)) {
    throw new SyntaxError(`it is nested more than ${DEPTH_MAX} levels deep`);
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new SyntaxError(message.replace(/, (?:\.{3})?".*$/su, ''));
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
