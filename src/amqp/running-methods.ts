/** What clients may say on channel 0 while the connection is open. */
import { whenKnown, type Eventually } from '../access/eventually.ts';
import type { ChannelMultiplexer } from './channel-multiplexer.ts';
import type { ConnectionAccess } from './connection-access.ts';
import { RUNNING, type ConnectionState } from './connection-state.ts';
import { ProtocolError } from './errors.ts';
import type { OutputBuffer } from './output-buffer.ts';
import {
  CONNECTION_UPDATE_SECRET,
  encodeConnectionUpdateSecretOk,
  type Method,
} from './wire/generated/methods.ts';

/** The connection as seen from here. */
interface RunningConnection {
  readonly access: ConnectionAccess;
  readonly channels: ChannelMultiplexer;
  readonly out: OutputBuffer;
  readonly state: ConnectionState;
}

/** A promise when somebody else has to be asked: read nothing until it settles. @throws ProtocolError */
export function onRunningMethod(method: Method, connection: RunningConnection): Eventually<void> {
  if (method.id !== CONNECTION_UPDATE_SECRET) {
    throw new ProtocolError('CHANNEL_ERROR', 'unexpected method in connection state running');
  }
  const { access, channels, out } = connection;
  return whenKnown(access.updateSecret(method.newSecret.toString()), () => {
    // While somebody was asked the old secret may have expired.
    if (connection.state !== RUNNING) return;
    encodeConnectionUpdateSecretOk(out, 0, {});
    channels.cancelUnreadable();
    out.touch();
  });
}
