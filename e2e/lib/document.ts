// What a document tells its reader to type: the commands in its blocks of shell and between back quotes in its text, in order.
import { spawnSync } from 'node:child_process';

export interface Command {
  /** As it stands there, without what is said about it behind `#`. */
  text: string;
  line: number;
}

export interface Block {
  language: string;
  text: string;
  line: number;
}

export interface Section {
  title: string;
  commands: Command[];
  /** What stands in blocks of other languages. */
  blocks: Block[];
}

/** What is a command where it has something behind it: `server` alone is a word. */
const PROGRAMS = /^(?:[A-Z_]+=\S+ )*(?:age|certbot|ch(?:mod|own)|curl|docker|git|make|openssl|printf|scripts\/\w+|server|ssh|sudo|target\/\S+) \S/;

const withoutComments = (shell: string): string => shell.replaceAll(/(^|\s+)# .*$/gm, '').trim();

/** The commands of a block: as many lines at a time as make one for the shell. */
function split({ text, line }: Block): Command[] {
  const commands: Command[] = [];
  let begun: string[] = [];
  for (const [n, each] of text.split('\n').entries()) {
    begun.push(each);
    const command = withoutComments(begun.join('\n'));
    if (command === '') begun = [];
    if (begun.length === 0 || command.endsWith('\\') || spawnSync('bash', ['-n'], { input: command }).status !== 0) continue;
    commands.push({ text: command, line: line + 1 + n - begun.length + 1 });
    begun = [];
  }
  if (begun.length > 0) throw new Error(`the shell does not understand what begins in line ${line + 1}:\n${begun.join('\n')}`);
  return commands;
}

/** The sections below headings of the second level; what stands before the first is one too, without a title. */
export function sections(document: string): Section[] {
  const found: Section[] = [{ title: '', commands: [], blocks: [] }];
  let fence: Block | undefined;
  for (const [n, line] of document.split('\n').entries()) {
    const section = found.at(-1)!;
    const mark = line.match(/^\s*```(\w*)$/);
    if (fence !== undefined && mark) {
      if (fence.language === 'sh') section.commands.push(...split({ ...fence, text: fence.text.trimEnd() }));
      else section.blocks.push(fence);
      fence = undefined;
    } else if (fence !== undefined) {
      fence.text += `${line}\n`;
    } else if (mark) {
      fence = { language: mark[1]!, text: '', line: n + 1 };
    } else if (line.startsWith('## ')) {
      found.push({ title: line.slice(3), commands: [], blocks: [] });
    } else {
      const words = line.split('`').filter((_, at) => at % 2 === 1);
      const commands = words.filter((word) => PROGRAMS.test(word)).map((text) => ({ text: text.replaceAll('\\|', '|'), line: n + 1 }));
      section.commands.push(...commands);
    }
  }
  if (fence !== undefined) throw new Error(`the block of line ${fence.line} does not end`);
  return found;
}
