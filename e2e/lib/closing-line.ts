import type { Reporter, TestCase } from '@playwright/test/reporter';

/** Ends the output with the tests that failed, each with what it said first, and a plain line of counts. */
export default class ClosingLine implements Reporter {
  private readonly tests = new Set<TestCase>();

  onTestEnd(test: TestCase): void {
    this.tests.add(test);
  }

  onExit(): Promise<void> {
    const of = (...outcomes: string[]) => [...this.tests].filter((test) => outcomes.includes(test.outcome()));
    console.log('');
    for (const test of of('unexpected', 'flaky')) {
      const said = test.results.find((result) => result.error)?.error?.message ?? '';
      // Without the colours of a terminal.
      const plain = said.replaceAll(/\u001b\[[0-9;]*m/g, '').split('\n').slice(0, 6).join(' ').slice(0, 300);
      const file = test.location.file.split('/').at(-1);
      const kind = test.outcome() === 'flaky' ? 'flaky' : 'failed';
      console.log(`e2e ${kind}: ${file}:${test.location.line} ${test.title}: ${plain}`);
    }
    const count = (...outcomes: string[]) => of(...outcomes).length;
    console.log(`e2e: ${count('expected', 'flaky')} passed, ${count('unexpected')} failed, ${count('skipped')} skipped`);
    return Promise.resolve();
  }

  printsToStdio(): boolean {
    return false;
  }
}
