// What is an address of IP, as the system sees it.
export { isIPv4, isIPv6 } from 'node:net';
