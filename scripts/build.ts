// Builds the npm package's dist/ and checks that the package is sound. Runs before `npm pack`.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
execFileSync('publint', ['--strict', '--pack', 'npm'], { stdio: 'inherit' });
