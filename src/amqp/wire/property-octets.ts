/** The content properties of a message from and to octets, for who has no use for readers and writers. */
import {
  decodeProperties,
  encodeProperties,
  type BasicProperties,
} from './generated/properties.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Decodes [start, end). @throws WireDecodeError */
export function readProperties(buffer: Buffer, start: number, end: number): BasicProperties {
  return decodeProperties(new WireReader().reset(buffer, start, end));
}

/** @throws RangeError for text over 255 octets */
export function writeProperties(properties: BasicProperties): Buffer {
  const writer = new WireWriter();
  encodeProperties(writer, properties);
  return writer.take();
}
