/**
 * The closing lines of a check: which tests failed and why, and how many passed and failed, by the reports of a folder
 * (vitest's JSON), and how many parts failed. A part without tests counts as one; exit code 1 if anything failed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [folder, failedParts] = process.argv.slice(2);
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
const total = (count) => reports.reduce((sum, report) => sum + report[count], 0);

for (const { testResults } of reports) {
  for (const { name, status, message, assertionResults } of testResults) {
    const file = relative(process.cwd(), name);
    const tests = assertionResults.filter(({ status }) => status === "failed");
    for (const { fullName, failureMessages } of tests)
      console.log(`failed: ${file}: ${fullName}: ${firstLine(failureMessages[0])}`);
    if (status === "failed" && tests.length === 0) console.log(`failed: ${file}: ${firstLine(message)}`);
  }
}

const skipped = total("numPendingTests") + total("numTodoTests");
const passed = total("numPassedTests");
// A part can fail without a failed test: lint, types, a file that does not load.
const failed = Math.max(total("numFailedTests"), Number(failedParts));
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function firstLine(text = "") {
  return text.split("\n", 1)[0];
}
