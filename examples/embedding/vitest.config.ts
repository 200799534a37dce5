// Only this repository needs the condition: here `import 'leveret'` means the sources.
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: ['leveret-source'] },
  ssr: { resolve: { conditions: ['leveret-source'] } },
  test: { include: ['examples/embedding/with-vitest.test.ts'] },
});

export default config;
