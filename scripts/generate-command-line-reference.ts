// Writes docs/reference/command-line.md from the table of commands. With --check it writes nothing and fails when the page is
// not what the table says.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../src/cli/control/commands.ts';
import { GROUPS, type ControlCommand } from '../src/cli/control/control-command.ts';
import { foreignCommands } from '../src/cli/control/foreign-commands.ts';
import { GENERAL_OPTIONS } from '../src/cli/control/general-options.ts';

const PAGE = new URL('../docs/reference/command-line.md', import.meta.url);

const INTRODUCTION = `# Command line reference

Every command for a running broker; how to use them is in the [guide](../guide/command-line.md). \`leveret help COMMAND\` tells
the same. \`leveret start\` has the options of the [configuration](configuration.md), \`leveret config\` and \`leveret perf\` have a
\`--help\` of their own.

This page is generated: \`npm run generate\`.

## Options of all commands

${optionTable(GENERAL_OPTIONS)}
`;

function optionTable(options: NonNullable<ControlCommand['options']>): string {
  const rows = options
    .filter(({ isHidden = false }) => !isHidden)
    .map(({ flags, description }) => `| ${code(flags)} | ${cell(description)} |`);
  return `| option | |\n| --- | --- |\n${rows.join('\n')}`;
}

function group(name: string): string {
  const commands = COMMANDS.filter((command) => command.group === name);
  return `\n## ${name}\n${commands.map(section).join('')}`;
}

function section({
  name,
  summary,
  arguments: list = [],
  options = [],
  examples,
}: ControlCommand): string {
  const usage = [name, ...list.map((argument) => argument.usage)].join(' ');
  const shown = options.filter(({ isHidden = false }) => !isHidden);
  const parts = [
    `### ${name}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    code(`leveret ${usage}`),
    list.map(({ usage: word, description }) => `- ${code(word)}: ${cell(description)}`).join('\n'),
    shown.length === 0 ? '' : optionTable(shown),
    `\`\`\`sh\n${examples.map(({ words, does }) => `leveret ${words}   # ${does}`).join('\n')}\n\`\`\``,
  ];
  return `\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function foreign(): string {
  const rows = foreignCommands().map(
    ([names, instead]) => `| ${names.map(code).join(', ')} | ${cell(instead)} |`,
  );
  return `
## Commands of RabbitMQ that mean nothing here

They are known, and end with code 69.

| command | instead |
| --- | --- |
${rows.join('\n')}
`;
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const page = [INTRODUCTION, ...GROUPS.map(group), foreign()].join('');
if (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== page) {
  if (process.argv.includes('--check')) {
    console.error(`${fileURLToPath(PAGE)} is not what the table says: run \`npm run generate\``);
    process.exitCode = 1;
  } else {
    writeFileSync(PAGE, page);
  }
}
