/** Whether a query holds for a user: asks a directory what the query is about. */
import { compilePattern, type Pattern, type PatternOptions } from '../../../runtime/pattern.ts';
import type { LdapQuery, TextQuery } from './ldap-query.ts';
import { fillDistinguishedName, fillPattern, fillText, type Variables } from './template.ts';

/** What queries ask of a directory. Each rejects when it cannot tell. */
export interface Directory {
  /** Whether there is this object; with a value, whether its attribute has it. */
  has(dn: string, value: AttributeValue | null): Promise<boolean>;
  /** The values of an attribute of an object; none without one. */
  valuesOf(dn: string, attribute: string): Promise<readonly string[]>;
  /** The names of objects below another that have this value. */
  find(
    base: string,
    scope: 'subtree' | 'one-level',
    value: AttributeValue,
  ): Promise<readonly string[]>;
}

export interface AttributeValue {
  readonly attribute: string;
  readonly value: string;
}

export interface EvaluationOptions {
  readonly directory: Directory;
  readonly variables: Readonly<Record<string, string>>;
  readonly userDn: string;
  /** Where groups are looked up; null for nowhere. */
  readonly groupBase: string | null;
  readonly patterns: ExpressionCache;
}

/** Groups that are looked at in one question; more are too many to be meant. */
const GROUPS_MAX = 1000;

/** @throws Error when it cannot be told; then the answer is no */
export async function evaluate(query: LdapQuery, options: EvaluationOptions): Promise<boolean> {
  return new Evaluation(options).holds(query);
}

class Evaluation {
  readonly #options: EvaluationOptions;
  readonly #variables: Variables;

  constructor(options: EvaluationOptions) {
    this.#options = options;
    const { variables } = options;
    this.#variables = (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
  }

  async holds(query: LdapQuery): Promise<boolean> {
    const { directory, userDn } = this.#options;
    switch (query.is) {
      case 'constant':
        return query.value;
      case 'exists':
        return directory.has(this.#nameOf(query.dn), null);
      case 'in-group': {
        const value = { attribute: query.attribute, value: userDn };
        return directory.has(this.#nameOf(query.dn), value);
      }
      case 'in-nested-group':
        return this.#isInNestedGroup(query);
      case 'for':
        return this.#holdsCase(query);
      case 'not':
        return !(await this.holds(query.query));
      case 'and':
        return this.#holdUntil(query.queries, false);
      case 'or':
        return this.#holdUntil(query.queries, true);
      case 'equals':
        return this.#areEqual(query.one, query.other);
      case 'match':
        return this.#matches(query.text, query.pattern);
    }
  }

  /** One after the other, until one has this answer. */
  async #holdUntil(queries: readonly LdapQuery[], answer: boolean): Promise<boolean> {
    for (const query of queries) {
      // oxlint-disable-next-line no-await-in-loop -- the others may not be needed
      if ((await this.holds(query)) === answer) return answer;
    }
    return !answer;
  }

  async #holdsCase({ cases }: LdapQuery & { is: 'for' }): Promise<boolean> {
    for (const { variable, value, query } of cases) {
      const actual = this.#variables(variable);
      if (actual === undefined) {
        throw new Error(`a query of {for, ...}: there is no ${variable} here`);
      }
      if (actual === value) return this.holds(query);
    }
    throw new Error('a query of {for, ...} has no case for what is asked');
  }

  /** From the user up: groups that they are in, groups that these are in, each looked at once. */
  async #isInNestedGroup(query: LdapQuery & { is: 'in-nested-group' }): Promise<boolean> {
    const { directory, userDn, groupBase } = this.#options;
    if (groupBase === null) return false;
    const wanted = comparable(this.#nameOf(query.dn));
    const seen = new Set<string>([comparable(userDn)]);
    const waiting = [userDn];
    for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
      const value = { attribute: query.attribute, value: member };
      // oxlint-disable-next-line no-await-in-loop -- the next follow from these
      const groups = await directory.find(groupBase, query.scope, value);
      if (groups.some((group) => comparable(group) === wanted)) return true;
      for (const group of groups) {
        if (seen.has(comparable(group))) continue;
        if (seen.size > GROUPS_MAX) throw new Error(`more than ${GROUPS_MAX} nested groups`);
        seen.add(comparable(group));
        waiting.push(group);
      }
    }
    return false;
  }

  async #areEqual(one: TextQuery, other: TextQuery): Promise<boolean> {
    const ones = await this.#textsOf(one, fillText);
    const others = await this.#textsOf(other, fillText);
    if (ones.length > 1 && others.length > 1) return ones.join('\0') === others.join('\0');
    return ones.some((text) => others.includes(text));
  }

  /** With several texts and several expressions there is no telling which belongs to which. */
  async #matches(text: TextQuery, pattern: TextQuery): Promise<boolean> {
    const texts = await this.#textsOf(text, fillText);
    const patterns = await this.#textsOf(pattern, fillPattern);
    if (texts.length > 1 && patterns.length > 1) return false;
    const { patterns: expressions } = this.#options;
    return patterns.some((one) => texts.some((known) => expressions.get(one).test(known)));
  }

  async #textsOf(
    query: TextQuery,
    fill: (template: string, variables: Variables) => string,
  ): Promise<readonly string[]> {
    if (query.is === 'text') return [fill(query.text, this.#variables)];
    return this.#options.directory.valuesOf(this.#nameOf(query.dn), query.attribute);
  }

  #nameOf(template: string): string {
    return fillDistinguishedName(template, this.#variables);
  }
}

/** Servers write the same name in their own way: case and blanks around separators do not count. */
function comparable(dn: string): string {
  const parts = dn.toLowerCase().split(/([,=+])/u);
  return parts.map((part) => part.trim()).join('');
}

/** Expressions kept ready; then it starts anew. */
const EXPRESSIONS_MAX = 1024;

/** Regular expressions, each compiled once for as long as there is room. */
export class ExpressionCache {
  readonly #options: PatternOptions;
  readonly #patterns = new Map<string, Pattern>();

  constructor(options: PatternOptions) {
    this.#options = options;
  }

  /** @throws PatternError */
  get(text: string): Pattern {
    const known = this.#patterns.get(text);
    if (known !== undefined) return known;
    const pattern = compilePattern(text, this.#options);
    if (this.#patterns.size >= EXPRESSIONS_MAX) this.#patterns.clear();
    this.#patterns.set(text, pattern);
    return pattern;
  }
}
