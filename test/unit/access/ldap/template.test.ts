// Texts with variables: whatever a variable stands for, it stays one value in its place.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  domainVariables,
  escapeValue,
  fillBindName,
  fillDistinguishedName,
  fillPattern,
  fillText,
  type Variables,
} from '../../../../src/access/ldap/query/template.ts';

function known(variables: Readonly<Record<string, string>>): Variables {
  return (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
}

/** The values of a distinguished name, by the rules of RFC 4514, read one character after the other. */
function valuesIn(dn: string): string[] {
  const values: string[] = [];
  let value = '';
  for (let at = 0; at < dn.length; at++) {
    const character = dn[at] ?? '';
    if (character === '\\' && dn.startsWith('00', at + 1)) {
      value += '\0';
      at += 2;
    } else if (character === '\\') {
      at++;
      value += dn[at] ?? '';
    } else if (character === ',' || character === '+') {
      values.push(value);
      value = '';
    } else value += character;
  }
  return [...values, value].map((one) => one.slice(one.indexOf('=') + 1));
}

describe('a variable', () => {
  test('that nobody knows stays as it is written', () => {
    assert.equal(fillText('${nobody} ${toString} $x ${', known({})), '${nobody} ${toString} $x ${');
  });

  test('whose value looks like a variable is not filled again', () => {
    const variables = known({ username: '${vhost}', vhost: 'secret' });
    assert.equal(fillText('${username}', variables), '${vhost}');
  });

  test('may have a dot in its name', () => {
    assert.equal(fillText('${variable_map.vhost}', known({ 'variable_map.vhost': '/' })), '/');
  });
});

describe('a value in a distinguished name', () => {
  const values: ReadonlyArray<readonly [value: string, escaped: string]> = [
    ['simple', 'simple'],
    ['', ''],
    ['user,ou=Evil', String.raw`user\,ou=Evil`],
    [String.raw`a+b"c\d<e>f;g`, String.raw`a\+b\"c\\d\<e\>f\;g`],
    [' both ', String.raw`\ both\ `],
    [' ', String.raw`\ `],
    ['#1', String.raw`\#1`],
    ['\0', String.raw`\00`],
  ];
  for (const [value, escaped] of values) {
    test(`is escaped: ${JSON.stringify(value)}`, () => assert.equal(escapeValue(value), escaped));
  }

  test('cannot leave its place', () => {
    const special = fc.constantFrom(
      ',',
      '+',
      '=',
      '\\',
      '"',
      ' ',
      '#',
      ';',
      '\0',
      '<',
      '>',
      'ou=x',
    );
    const value = fc
      .array(fc.oneof(special, fc.string()), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(value, value, (username, vhost) => {
        const dn = fillDistinguishedName(
          'cn=${username},ou=${vhost},dc=org',
          known({ username, vhost }),
        );
        assert.deepEqual(valuesIn(dn), [username, vhost, 'org']);
      }),
    );
  });

  test('is as it is where it is a whole distinguished name', () => {
    const variables = known({ user_dn: 'cn=Lim\\, John,dc=org' });
    assert.equal(fillDistinguishedName('${user_dn}', variables), 'cn=Lim\\, John,dc=org');
  });
});

describe('a name to bind with', () => {
  const names: ReadonlyArray<readonly [pattern: string, userName: string, name: string]> = [
    ['cn=${username},dc=org', 'a,b', String.raw`cn=a\,b,dc=org`],
    ['${username}', 'cn=a,dc=org', 'cn=a,dc=org'],
    ['${username}@example.org', 'a,b', 'a,b@example.org'],
    ['${ad_user}@${ad_domain}.org', String.raw`CORP\jane`, 'jane@CORP.org'],
    ['${ad_user}', 'jane', '${ad_user}'],
  ];
  for (const [pattern, userName, name] of names) {
    test(`of ${userName} by ${pattern}`, () => {
      const variables = known({ username: userName, ...domainVariables(userName) });
      assert.equal(fillBindName(pattern, variables), name);
    });
  }
});

describe('a value in a regular expression', () => {
  test('is met by itself only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, other) => {
        const text = fillPattern('^${name}$', known({ name: value }));
        const expression = new RegExp(text, 's');
        assert.ok(expression.test(value));
        assert.equal(expression.test(other), other === value);
      }),
    );
  });
});
