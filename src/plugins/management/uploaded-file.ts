/** The one file in a body that a form of a web page sends (multipart/form-data, RFC 7578). */
import { badRequest } from './route.ts';

/**
 * What is in the part called `file`; the body itself where it is no such form.
 *
 * @throws Refusal for a form without that part
 */
export function uploadedFile(body: Buffer, contentType: string | null): Buffer {
  const [, quoted, plain] =
    /^multipart\/form-data;.*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/iu.exec(
      contentType ?? '',
    ) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return body;
  const delimiter = Buffer.from(`--${boundary}`);
  for (let start = body.indexOf(delimiter); start !== -1; ) {
    const partStart = start + delimiter.length + 2;
    const partEnd = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), partStart);
    const headEnd = body.indexOf('\r\n\r\n', partStart);
    if (partEnd === -1 || headEnd === -1 || headEnd > partEnd) break;
    const head = body.toString('latin1', partStart, headEnd);
    if (/^content-disposition:.*\bname="file"/imu.test(head)) {
      return body.subarray(headEnd + 4, partEnd);
    }
    start = partEnd + 2;
  }
  throw badRequest('the form has no part called file');
}
