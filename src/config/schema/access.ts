// Users: what a new broker begins with, who may come from where, what passwords must be like.
import type { AccessSettings } from '../settings.ts';
import { combined, key, setting, type SchemaOf, type Setting } from '../setting.ts';
import { BOOLEAN, NAME, NONE, PATTERN, SECRET, wholeNumber, wordsFor } from '../value-types.ts';

const LOOPBACK_OFF = key('loopback_users', NONE, {
  description: '`none`: every user may connect from everywhere',
});
const LOOPBACK_USERS = key('loopback_users.$user', BOOLEAN, {
  description: 'that user may connect from this machine only',
  fallback: 'guest: true',
});

const TAGS = key('default_user_tags.$tag', BOOLEAN, {
  description: 'the default user has that tag',
  fallback: 'administrator: true',
});

function permission(what: 'configure' | 'read' | 'write'): Setting<string> {
  return setting(`default_permissions.${what}`, PATTERN, '.*', {
    description: `what the default user may ${what} in the default virtual host: a regular expression`,
  });
}

const VALIDATOR = wordsFor({
  accept_everything: 'accept_everything',
  min_password_length: 'min_password_length',
  password_regexp: 'password_regexp',
  rabbit_credential_validator_accept_everything: 'accept_everything',
  rabbit_credential_validator_min_password_length: 'min_password_length',
  rabbit_credential_validator_password_regexp: 'password_regexp',
});

const HASHING = wordsFor({
  rabbit_password_hashing_sha256: 'rabbit_password_hashing_sha256',
  rabbit_password_hashing_sha512: 'rabbit_password_hashing_sha512',
  rabbit_password_hashing_md5: 'rabbit_password_hashing_md5',
  scrypt: 'leveret_password_hashing_scrypt',
  leveret_password_hashing_scrypt: 'leveret_password_hashing_scrypt',
});

export const ACCESS: SchemaOf<AccessSettings> = {
  defaultUser: setting('default_user', NAME, 'guest', {
    description: 'user that a broker with nothing stored begins with',
    variables: ['RABBITMQ_DEFAULT_USER'],
  }),
  defaultPass: setting('default_pass', SECRET, 'guest', {
    description: 'password of that user',
    variables: ['RABBITMQ_DEFAULT_PASS'],
  }),
  defaultVhost: setting('default_vhost', NAME, '/', {
    description: 'virtual host that a broker with nothing stored begins with',
    variables: ['RABBITMQ_DEFAULT_VHOST'],
  }),
  defaultUserTags: combined([TAGS], (given) => {
    const tags = given.all(TAGS);
    if (tags.length === 0) return ['administrator'];
    return tags.filter(({ value }) => value).map(({ names: [tag = ''] }) => tag);
  }),
  defaultPermissions: {
    configure: permission('configure'),
    read: permission('read'),
    write: permission('write'),
  },
  loopbackUsers: combined([LOOPBACK_OFF, LOOPBACK_USERS], (given) => {
    if (given.one(LOOPBACK_OFF) !== null) return [];
    const users = given.all(LOOPBACK_USERS);
    if (users.length === 0) return ['guest'];
    return users.filter(({ value }) => value).map(({ names: [user = ''] }) => user);
  }),
  passwordHashing: setting('password_hashing_module', HASHING, null, {
    description: 'how new passwords are hashed',
    fallback: 'scrypt; rabbit_password_hashing_sha256 when all is kept in memory',
  }),
  credentialValidator: {
    backend: setting('credential_validator.validation_backend', VALIDATOR, 'accept_everything', {
      description: 'what a new password must be like',
    }),
    minLength: setting('credential_validator.min_length', wholeNumber(0, 1024), 5, {
      description: 'for `min_password_length`',
      unit: 'characters',
    }),
    regexp: setting('credential_validator.regexp', PATTERN, '.*', {
      description: 'for `password_regexp`',
    }),
  },
};
