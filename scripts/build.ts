// Builds the npm package's dist/ and checks that the package is sound. Runs before `npm pack`. The code is put into few
// files, because a start is mostly the loading of modules; types stay beside each other as the sources are.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'rolldown';

rmSync('dist', { recursive: true, force: true });
await build({
  input: { main: 'src/main.ts', index: 'src/index.ts' },
  platform: 'node',
  // Dependencies are installed beside the package, and updated without it.
  external: /^[^./]/u,
  output: { dir: 'dist', chunkFileNames: '[name]-[hash].js' },
});
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
execFileSync('publint', ['--strict', '--pack', 'npm'], { stdio: 'inherit' });
// What users do with it: embed a broker with all plugins, and run the command.
const embed = `
  import { createBroker } from 'leveret';
  const broker = await createBroker({ management: { port: 0 }, prometheus: { port: 0 } });
  await broker.close();`;
execFileSync(process.execPath, ['--input-type=module', '--eval', embed], { stdio: 'inherit' });
execFileSync(process.execPath, ['bin/leveret.js', '--version'], { stdio: 'inherit' });
