/**
 * Queries: what makes a user allowed to do something, in the language of RabbitMQ's LDAP plugin
 * (https://www.rabbitmq.com/docs/ldap#query-reference). Here they are read; query-evaluation.ts asks them.
 */
import { compilePattern, PatternError } from '../../../runtime/pattern.ts';
import { parseTerm, TermError, type Term } from './erlang-term.ts';
import { fillPattern } from './template.ts';

/** Texts have variables in them, such as `${username}`. */
export type LdapQuery =
  | { readonly is: 'constant'; readonly value: boolean }
  /** There is such an object. */
  | { readonly is: 'exists'; readonly dn: string }
  /** The user is in that group: in the attribute of its object. */
  | { readonly is: 'in-group'; readonly dn: string; readonly attribute: string }
  /** The same, or in a group that is in it, and so on. */
  | {
      readonly is: 'in-nested-group';
      readonly dn: string;
      readonly attribute: string;
      readonly scope: 'subtree' | 'one-level';
    }
  /** The query of the first case whose variable has the value. */
  | { readonly is: 'for'; readonly cases: readonly ForCase[] }
  | { readonly is: 'not'; readonly query: LdapQuery }
  | { readonly is: 'and' | 'or'; readonly queries: readonly LdapQuery[] }
  | { readonly is: 'equals'; readonly one: TextQuery; readonly other: TextQuery }
  | { readonly is: 'match'; readonly text: TextQuery; readonly pattern: TextQuery };

export interface ForCase {
  readonly variable: string;
  readonly value: string;
  readonly query: LdapQuery;
}

export type TextQuery =
  | { readonly is: 'text'; readonly text: string }
  /** What an object has, perhaps several. */
  | { readonly is: 'attribute'; readonly dn: string; readonly attribute: string };

export interface TagQuery {
  readonly tag: string;
  readonly query: LdapQuery;
}

/** @throws TermError with the place of what is wrong */
export function parseQuery(text: string): LdapQuery {
  return readQuery(parseTerm(text));
}

/** A list of tags, each with the query that says who has it. @throws TermError */
export function parseTagQueries(text: string): readonly TagQuery[] {
  const term = parseTerm(text);
  if (term.is !== 'list') throw new TermError('expected a list: [{tag, query}, ...]', term.at);
  return term.items.map((item) => {
    const [tag, query, ...rest] = item.is === 'tuple' ? item.items : [];
    if (tag === undefined || query === undefined || rest.length > 0) {
      throw new TermError('expected {tag, query}', item.at);
    }
    return { tag: wordOf(tag), query: readQuery(query) };
  });
}

type Reader = (operands: readonly Term[], at: Term) => LdapQuery;

/** By name, with the numbers of operands that there may be. */
const READERS: Readonly<Record<string, readonly [fewest: number, most: number, read: Reader]>> = {
  constant: [1, 1, ([value], at) => ({ is: 'constant', value: truthOf(value ?? at) })],
  exists: [1, 1, ([dn], at) => ({ is: 'exists', dn: textOf(dn ?? at) })],
  in_group: [
    1,
    2,
    ([dn, attribute], at) => ({ is: 'in-group', dn: textOf(dn ?? at), ...member(attribute) }),
  ],
  in_group_nested: [
    1,
    3,
    ([dn, attribute, scope], at) => ({
      is: 'in-nested-group',
      dn: textOf(dn ?? at),
      ...member(attribute),
      scope: scope === undefined ? 'subtree' : scopeOf(scope),
    }),
  ],
  for: [1, 1, ([cases], at) => ({ is: 'for', cases: itemsOf(cases ?? at).map(readCase) })],
  not: [1, 1, ([query], at) => ({ is: 'not', query: readQuery(query ?? at) })],
  and: [1, 1, ([list], at) => ({ is: 'and', queries: itemsOf(list ?? at).map(readQuery) })],
  or: [1, 1, ([list], at) => ({ is: 'or', queries: itemsOf(list ?? at).map(readQuery) })],
  equals: [
    2,
    2,
    ([one, other], at) => ({
      is: 'equals',
      one: readTextQuery(one ?? at),
      other: readTextQuery(other ?? at),
    }),
  ],
  match: [
    2,
    2,
    ([text, pattern], at) => ({
      is: 'match',
      text: readTextQuery(text ?? at),
      pattern: readExpression(pattern ?? at),
    }),
  ],
};

function readQuery(term: Term): LdapQuery {
  const [name, ...operands] = term.is === 'tuple' ? term.items : [];
  const known =
    name?.is === 'atom' && Object.hasOwn(READERS, name.name) ? READERS[name.name] : undefined;
  if (name === undefined || known === undefined) {
    const names = Object.keys(READERS).join(', ');
    throw new TermError(`expected a query such as {constant, true}; there are ${names}`, term.at);
  }
  const [fewest, most, read] = known;
  if (operands.length < fewest || operands.length > most) {
    const wanted = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
    throw new TermError(
      `expected ${wanted} of what follows the name of a query, found ${operands.length}`,
      term.at,
    );
  }
  return read(operands, term);
}

function readCase(term: Term): ForCase {
  const [variable, value, query, ...rest] = term.is === 'tuple' ? term.items : [];
  if (variable === undefined || value === undefined || query === undefined || rest.length > 0) {
    throw new TermError('expected {variable, value, query}', term.at);
  }
  return { variable: wordOf(variable), value: wordOf(value), query: readQuery(query) };
}

/** A text, `{string, text}` or `{attribute, dn, name}`. */
function readTextQuery(term: Term): TextQuery {
  if (term.is === 'text') return { is: 'text', text: term.text };
  const [name, first, second, ...rest] = term.is === 'tuple' ? term.items : [];
  const kind = name?.is === 'atom' ? name.name : '';
  if (kind === 'string' && first !== undefined && second === undefined) {
    return { is: 'text', text: textOf(first) };
  }
  if (kind === 'attribute' && first !== undefined && second !== undefined && rest.length === 0) {
    return { is: 'attribute', dn: textOf(first), attribute: textOf(second) };
  }
  throw new TermError('expected a text, {string, text} or {attribute, dn, name}', term.at);
}

/** The same for a regular expression, which is tried with something for its variables. */
function readExpression(term: Term): TextQuery {
  const query = readTextQuery(term);
  if (query.is === 'attribute') return query;
  try {
    compilePattern(fillPattern(query.text, () => 'x'));
    return query;
  } catch (error) {
    if (error instanceof PatternError) {
      throw new TermError(`a regular expression that is none: ${error.message}`, term.at);
    }
    throw error;
  }
}

function member(attribute: Term | undefined): { readonly attribute: string } {
  return { attribute: attribute === undefined ? 'member' : textOf(attribute) };
}

function itemsOf(term: Term): readonly Term[] {
  if (term.is !== 'list') throw new TermError('expected a list: [...]', term.at);
  return term.items;
}

function textOf(term: Term): string {
  if (term.is !== 'text') throw new TermError('expected a text: "..."', term.at);
  return term.text;
}

/** A text, or an atom as one. */
function wordOf(term: Term): string {
  if (term.is === 'atom') return term.name;
  if (term.is === 'text') return term.text;
  throw new TermError('expected a word or a text', term.at);
}

function truthOf(term: Term): boolean {
  if (term.is === 'atom' && (term.name === 'true' || term.name === 'false')) {
    return term.name === 'true';
  }
  throw new TermError('expected true or false', term.at);
}

const SCOPES: Readonly<Record<string, 'subtree' | 'one-level'>> = {
  subtree: 'subtree',
  single_level: 'one-level',
  singlelevel: 'one-level',
  one_level: 'one-level',
  onelevel: 'one-level',
};

function scopeOf(term: Term): 'subtree' | 'one-level' {
  const scope =
    term.is === 'atom' && Object.hasOwn(SCOPES, term.name) ? SCOPES[term.name] : undefined;
  if (scope === undefined) throw new TermError('expected subtree or single_level', term.at);
  return scope;
}
