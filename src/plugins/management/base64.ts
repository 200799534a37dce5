/** Base64 (RFC 4648) as RabbitMQ takes it: with padding, and nothing else in it than white space. */
export function isBase64(text: string): boolean {
  const plain = text.replaceAll(/\s/gu, '');
  return plain.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/u.test(plain);
}
