// Gets a small document over HTTP, such as the keys of an identity provider. Redirects are not followed: who configured an
// address trusts that one.
import { HttpClientError, type HttpClient } from './http-client.ts';

/** @param url of http or https. @throws HttpClientError, in a few words that follow its address */
export async function fetchDocument(client: HttpClient, url: URL): Promise<string> {
  const headers = { accept: 'application/json' };
  const { status, text } = await client.ask({ method: 'GET', url, headers });
  if (status !== 200) throw new HttpClientError(`answers with status ${status}`);
  return text;
}
