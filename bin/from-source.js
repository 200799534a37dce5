// `leveret` from the sources, for work in this repository. What Node makes of the TypeScript is kept, so that later starts
// are quicker and need two thirds of the memory.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/leveret', import.meta.url)));
await import('../src/main.ts');
