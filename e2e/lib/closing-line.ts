import type { Reporter, TestCase } from '@playwright/test/reporter';

/** Ends the output with a plain line of counts. */
export default class ClosingLine implements Reporter {
  private readonly tests = new Set<TestCase>();

  onTestEnd(test: TestCase): void {
    this.tests.add(test);
  }

  onExit(): Promise<void> {
    const count = (...outcomes: string[]) => [...this.tests].filter((test) => outcomes.includes(test.outcome())).length;
    console.log(`\ne2e: ${count('expected')} passed, ${count('unexpected', 'flaky')} failed, ${count('skipped')} skipped`);
    return Promise.resolve();
  }

  printsToStdio(): boolean {
    return false;
  }
}
