/** The version of Leveret: what clients, the command line and the log are told. A test holds it against package.json. */

export const VERSION = '0.1.0';
