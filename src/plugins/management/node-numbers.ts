/** Numbers of this node that change without anybody counting: they are looked at together with the counters. */
import { countOpenFiles, type OpenFiles, type PluginContext } from '../plugin-api.ts';

export class NodeNumbers {
  memoryUsed = 0;
  diskFree = 0;
  socketsUsed = 0;
  filesUsed = 0;
  contextSwitches = 0;
  filesLimit = 0;
  readonly #context: Pick<PluginContext, 'about' | 'connections'>;

  constructor(context: Pick<PluginContext, 'about' | 'connections'>) {
    this.#context = context;
  }

  /** A look at all but the files, which the system is asked for meanwhile. */
  look(): this {
    const { about, connections } = this.#context;
    const { memoryUsed, diskFree } = about.resources();
    const { voluntaryContextSwitches, involuntaryContextSwitches } = process.resourceUsage();
    this.memoryUsed = memoryUsed;
    this.diskFree = diskFree ?? 0;
    this.socketsUsed = connections.size;
    this.contextSwitches = voluntaryContextSwitches + involuntaryContextSwitches;
    void this.lookAtFiles();
    return this;
  }

  async lookAtFiles(): Promise<OpenFiles | null> {
    const files = await countOpenFiles();
    this.filesUsed = files?.used ?? 0;
    this.filesLimit = files?.limit ?? 0;
    return files;
  }
}
