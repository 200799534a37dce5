// Completes package-lock.json after a change of dependencies: `node scripts/complete-lock-file.ts`.
//
// Tools with native parts name one optional package per platform. Where the registry in use does not
// serve some of them (mirrors often lack the platforms of others), npm leaves these out of the lock
// file, and `npm ci` then refuses it everywhere. This adds what was left out, with platforms read
// from the names; without a checksum, which npm adds where it can fetch the package.
import { readFileSync, writeFileSync } from 'node:fs';

interface Platform {
  readonly cpu?: readonly string[] | undefined;
  readonly libc?: readonly string[] | undefined;
  readonly os?: readonly string[] | undefined;
}

interface LockedPackage extends Platform {
  readonly version?: string;
  readonly dev?: boolean | undefined;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  packages: Record<string, LockedPackage>;
}

const OPERATING_SYSTEMS =
  /\b(?:aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)\b/u;
const PROCESSORS = /\b(?:arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64|wasm32)\b/u;

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
let addedCount = 0;
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] !== undefined) continue;
    // In npm's own order, so that npm leaves the lines as they are.
    const { cpu, libc, os } = platformOf(name);
    const dev = parent.dev === true ? true : undefined;
    lock.packages[key] = { version, cpu, dev, libc, optional: true, os };
    addedCount += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${addedCount} packages of other platforms added`);

/** What npm needs to know in order not to install the package where it does not belong. */
function platformOf(name: string): Platform {
  const suffix = name.slice(name.indexOf('/') + 1);
  const os = OPERATING_SYSTEMS.exec(suffix)?.[0];
  const cpu = PROCESSORS.exec(suffix)?.[0];
  if (cpu === undefined) throw new Error(`${name} does not name its platform`);
  if (os === undefined) return { cpu: [cpu] };
  if (os !== 'linux') return { cpu: [cpu], os: [os] };
  return { cpu: [cpu], os: [os], libc: [suffix.includes('musl') ? 'musl' : 'glibc'] };
}
