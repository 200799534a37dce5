/**
 * Texts with variables in them, such as `cn=${username},ou=people`. What a variable stands for is somebody else's choice, so
 * it is put in as one value and nothing more: it can neither leave its place in a distinguished name nor its place in a
 * regular expression, and variables in it are none.
 */

/** What a variable stands for; undefined leaves it as it is written. */
export type Variables = (name: string) => string | undefined;

const VARIABLE = /\$\{([\w.]+)\}/gu;
/** `name=value`: the text is a distinguished name, and not `${username}` or `${username}@example.org`. */
const NAME_AND_VALUE = /[A-Za-z\d]\s*=/u;

/** As it is, for values that are compared. */
export function fillText(template: string, variables: Variables): string {
  return fill(template, variables, (value) => value);
}

/** Of a regular expression: each value is met by itself only. */
export function fillPattern(template: string, variables: Variables): string {
  return fill(template, variables, (value) =>
    value.replaceAll(/[\\^$.*+?()[\]{}|-]/gu, String.raw`\$&`),
  );
}

/** Of a distinguished name. `user_dn` is one already. */
export function fillDistinguishedName(template: string, variables: Variables): string {
  return fill(template, variables, (value, name) =>
    name === 'user_dn' ? value : escapeValue(value),
  );
}

/** Of a name to log in to the server with, which need not be a distinguished one. */
export function fillBindName(template: string, variables: Variables): string {
  return NAME_AND_VALUE.test(template)
    ? fillDistinguishedName(template, variables)
    : fillText(template, variables);
}

/** RFC 4514 section 2.4. */
export function escapeValue(value: string): string {
  const isLedByBlank = value.startsWith(' ') || value.startsWith('#');
  const isEndedByBlank = value.length > 1 && value.endsWith(' ');
  const start = isEndedByBlank ? value.slice(0, -1) : value;
  const escaped = start
    .replaceAll(/[\\,+"<>;]/gu, String.raw`\$&`)
    .replaceAll('\0', String.raw`\00`);
  return `${isLedByBlank ? '\\' : ''}${escaped}${isEndedByBlank ? '\\ ' : ''}`;
}

/** For users of Active Directory, whose names may have a domain before a backslash. */
export function domainVariables(userName: string): Readonly<Record<string, string>> {
  const [domain = '', user = '', ...rest] = userName.split('\\');
  return domain === '' || user === '' || rest.length > 0
    ? {}
    : { ad_domain: domain, ad_user: user };
}

function fill(
  template: string,
  variables: Variables,
  put: (value: string, name: string) => string,
): string {
  return template.replaceAll(VARIABLE, (written, name: string) => {
    const value = variables(name);
    return value === undefined ? written : put(value, name);
  });
}
