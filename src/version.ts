/** The version of Leveret: what clients, the command line and the log are told. A test holds it against package.json. */

export const VERSION = '0.1.0';

/** The version of RabbitMQ whose behaviour clients can count on; tools that ask for RabbitMQ's version get it. */
export const RABBITMQ_VERSION = '4.2.0';
