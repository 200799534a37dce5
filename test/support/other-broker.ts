// The broker that the tests are run against in place of ours, as AMQP_URI names it; and how to log in to either.

/** Null for ours. */
export const OTHER_BROKER: URL | null =
  (process.env['AMQP_URI'] ?? '') === '' ? null : new URL(process.env['AMQP_URI'] ?? '');

export const HOST: string = OTHER_BROKER?.hostname ?? '127.0.0.1';
/** The port of the other broker, where AMQP has its own when the URI names none. */
export const OTHER_PORT: number = Number(OTHER_BROKER?.port === '' ? 5672 : OTHER_BROKER?.port);
export const USER: string = partOf(OTHER_BROKER?.username, 'guest');
export const PASSWORD: string = partOf(OTHER_BROKER?.password, 'guest');
/** A URI without a path means the virtual host "/" here, as most clients have it. */
export const VIRTUAL_HOST: string = partOf(OTHER_BROKER?.pathname.slice(1), '/');

function partOf(part: string | undefined, otherwise: string): string {
  return part === undefined || part === '' ? otherwise : decodeURIComponent(part);
}

/** What a broker says, as it would say it of the virtual host "/": the facts quote that. */
export function asInDefaultVhost(text: string): string {
  return text.replaceAll(`vhost '${VIRTUAL_HOST}'`, "vhost '/'");
}
