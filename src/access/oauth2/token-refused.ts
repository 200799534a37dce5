/** Why a token is refused: words for the log, never the token itself. */

export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}
