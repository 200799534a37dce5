// A program of examples/ at work. It tells what happens in one line of JSON for each event.
import { Program } from '../support/program.ts';

export interface ExampleEvent {
  readonly event: string;
  readonly [detail: string]: unknown;
}

export class ExampleProgram extends Program {
  /** What it has told so far, or only the events of one kind. */
  told(event?: string): ExampleEvent[] {
    const events = this.lines.map((line) => JSON.parse(line) as ExampleEvent);
    return event === undefined ? events : events.filter((one) => one.event === event);
  }

  /** Waits until it has told so many events of a kind. */
  async untilTold(event: string, count = 1): Promise<void> {
    const what = `${count} times "${event}"`;
    await this.until(what, () => this.told(event).length >= count);
  }

  /** The tasks that it has done, in its order. */
  get done(): unknown[] {
    return this.told('done').map(({ task }) => task);
  }

  /** The tasks that it has received, in its order: those redelivered end in " again". */
  get received(): string[] {
    return this.told('received').map(({ task, redelivered }) =>
      redelivered === true ? `${String(task)} again` : String(task),
    );
  }
}
