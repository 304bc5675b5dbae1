/** Runs every `sh` and `js` block of the README, line by line and in order, so that it stays true. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^```(sh|js)\n([\s\S]*?)^```$/gmu)].map(([, language, text]) => ({
  language,
  text,
}));
if (blocks.length === 0) throw new Error("README.md holds no command.");

for (const { language, text } of blocks) {
  if (language === "js") run("node --input-type=module", text!);
  else for (const command of text!.trim().split("\n")) run(command);
}

function run(command: string, input?: string): void {
  console.log(`\n$ ${command}`);
  const { status } = spawnSync("bash", ["-c", command], {
    input,
    stdio: [input === undefined ? "ignore" : "pipe", "inherit", "inherit"],
  });
  if (status !== 0) {
    console.error(`The README's command ended with status ${status}: ${command}`);
    process.exit(1);
  }
}
